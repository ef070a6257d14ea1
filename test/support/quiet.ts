import { DefaultLogger, Runtime } from '@temporalio/worker';

// The SDK narrates every worker's life; a test's output is its results.
Runtime.install({ logger: new DefaultLogger('ERROR') });
