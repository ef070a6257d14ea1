import path from 'node:path';
import { packageRoot } from '../config/package-root';

/** The compiled entry of all workflows; the worker knows it by path only, never by import. */
export const WORKFLOWS_ENTRY = path.join(packageRoot(), 'dist', 'workflows', 'index.js');
/** What the build makes of it and every worker loads. */
export const WORKFLOW_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');
