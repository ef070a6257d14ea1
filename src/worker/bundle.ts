import path from 'node:path';
import { packageRoot } from '../config/package-root';

/** The compiled entry of all workflows; the worker knows it by path only, never by import. */
export const WORKFLOWS_ENTRY = path.join(packageRoot(), 'dist', 'workflows', 'index.js');
/**
 * Names the code in every workflow task of a history. The SDK's default holds a hash of the bundle, 90 bytes in each
 * of these events; the package's version says as much.
 */
export const DEPLOYMENT = {
  version: { deploymentName: 'coordinator', buildId: '0.1.0' },
  useWorkerVersioning: false,
} as const;
/** What the build makes of it and every worker loads. */
export const WORKFLOW_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');
