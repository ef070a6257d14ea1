import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOW_BUNDLE, WORKFLOWS_ENTRY } from '../src/worker/bundle';

/** Builds the workflow bundle once, so that no worker has to run webpack at its start. */
async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_ENTRY,
    // Evaluated once per V8 context instead of once per workflow: it is most of what a workflow would load.
    preloadModules: ['zod'],
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(WORKFLOW_BUNDLE, code);
  process.stdout.write(`${path.basename(WORKFLOW_BUNDLE)}: ${String(Math.round(code.length / 1024))} KiB\n`);
}

void main();
