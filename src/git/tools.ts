import type { LockFiles } from '../ports/workspace';
import type { Git } from './git-command';
import type { Layout } from './layout';
import type { Pool } from './pool';
import type { SampleMaker } from './sample';
import type { SharedRemote } from './shared-remote';

/** What every part of the adapter works with. */
export interface Tools {
  readonly git: Git;
  readonly layout: Layout;
  readonly samples: SampleMaker;
  readonly shared: SharedRemote;
  readonly pool: Pool;
  /** Absent: lock files are merged as text. */
  readonly locks?: LockFiles | undefined;
  readonly lockWaitMs: number;
}
