import { spawnSync } from 'node:child_process';

/** Whether this machine has a sandbox; tests that need one are skipped, and counted, where it has none. */
export const hasBubblewrap =
  spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']).status === 0;
