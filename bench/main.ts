import { cpus } from 'node:os';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { benchAttempts } from './attempts';
import { benchContracts } from './contracts';
import { renderFigures, type Figure } from './figures';
import { benchGate } from './gates/speed';
import { benchInbox } from './inbox';
import { benchMcp } from './mcp';
import { benchMerges } from './merges';
import { benchMakespans, benchOrchestration } from './orchestration';
import { benchSequencer } from './sequencer';
import { startBenchServer } from './server';
import { benchReplica } from './replica';
import { benchTerminal } from './terminal';
import { benchStartUp, benchWorkerStart } from './start-up';
import { benchSandbox, benchWorkspace } from './workspace';

/** Measures the department on this machine: `npm run bench`, with `--json` one object. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const json = process.argv.includes('--json');
  const say = (text: string): void => {
    if (!json) process.stderr.write(`${text}\n`);
  };
  const figures: Figure[] = [];
  say('sandbox and worktrees …');
  figures.push(...(await benchSandbox()), ...(await benchWorkspace()));
  say('the merge train …');
  figures.push(...(await benchMerges()));
  const server = await startBenchServer();
  try {
    say('worker start …');
    figures.push(...(await benchWorkerStart(server.address)));
    say('orchestration: bare and objective, one after the other …');
    figures.push(...(await benchOrchestration(server)));
    say('makespans …');
    figures.push(...(await benchMakespans(server)));
    say('sequencer …');
    figures.push(...(await benchSequencer(server)));
    say('MCP …');
    figures.push(...(await benchMcp(server)));
    say('attempts …');
    figures.push(...(await benchAttempts(server)));
  } finally {
    await server.stop();
  }
  say('the live tree …');
  figures.push(...(await benchTerminal()));
  say('inbox, with a thousand objectives in the store …');
  figures.push(...(await benchInbox()));
  say('contracts …');
  figures.push(...(await benchContracts()));
  say('the gate …');
  figures.push(...(await benchGate()));
  say('rehearsal on a replica …');
  figures.push(...(await benchReplica()));
  say('start-up of the command line …');
  figures.push(...(await benchStartUp()));
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', node: process.version };
  process.stdout.write(json ? `${JSON.stringify({ machine, figures })}\n` : `${renderFigures(figures)}\n`);
}

void main();
