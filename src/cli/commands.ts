import type { Command } from './command';
import { attach } from './commands/attach';
import { audit } from './commands/audit';
import { budget } from './commands/budget';
import { cancel } from './commands/cancel';
import { deployed } from './commands/deployed';
import { contract } from './commands/contract';
import { diff } from './commands/diff';
import { doctor } from './commands/doctor';
import { escalations } from './commands/escalations';
import { feedback } from './commands/feedback';
import { gc } from './commands/gc';
import { gate } from './commands/gate';
import { init } from './commands/init';
import { inbox } from './commands/inbox';
import { list } from './commands/list';
import { logs } from './commands/logs';
import { mcp } from './commands/mcp';
import { pause, resume } from './commands/pause';
import { plan } from './commands/plan';
import { playbooks } from './commands/playbooks';
import { report } from './commands/report';
import { resolve } from './commands/resolve';
import { rewind } from './commands/rewind';
import { server } from './commands/server';
import { setup } from './commands/setup';
import { startObjective } from './commands/start-objective';
import { status } from './commands/status';
import { steer } from './commands/steer';
import { survey } from './commands/survey';
import { verifyReceipts } from './commands/verify-receipts';
import { worker } from './commands/worker';

/** Every command, in the order `--help` lists them. */
export const COMMANDS: readonly Command[] = [
  startObjective,
  attach,
  list,
  status,
  plan,
  contract,
  escalations,
  resolve,
  budget,
  steer,
  pause,
  resume,
  cancel,
  deployed,
  rewind,
  logs,
  diff,
  report,
  feedback,
  survey,
  gate,
  verifyReceipts,
  audit,
  playbooks,
  mcp,
  inbox,
  worker,
  server,
  setup,
  init,
  doctor,
  gc,
];
