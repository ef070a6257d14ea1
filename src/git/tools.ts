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
  readonly lockWaitMs: number;
}
