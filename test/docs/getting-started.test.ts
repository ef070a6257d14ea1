// Needs the built program: the commands of docs/getting-started.md, and those run that need no server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { COMMANDS } from '../../src/cli/commands';
import { parseCommandLine } from '../../src/cli/program';
import { parseInit } from '../../src/cli/init/flags';
import { parseStart } from '../../src/cli/start/run-flags';
import { packageRoot } from '../../src/config/package-root';
import { NO_SETTINGS, SETTINGS_FILE, Settings } from '../../src/domain/notification/settings';
import { openCommandLine, type CommandLine } from '../e2e/command-line';
import { code, readDocument, section, table } from './documents';

const text = readDocument('docs/getting-started.md');
const ID = 'objective-add-user-authentication-system-with-0c5ddce6';

const Doctor = z.object({ checks: z.array(z.object({ name: z.string() })) });

type Call = readonly [string, ...string[]];

/** The words of each `npm run` of a text, in order. */
function callsOf(part: string): readonly Call[] {
  return [...part.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => (block[1] ?? '').split('\n'))
    .flatMap((line): Call[] => {
      const [, name, rest = ''] = /^npm run ([\w-]+)(?: -- (.*))?$/.exec(line) ?? [];
      if (name === undefined) return [];
      const words = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      return [[name, ...words.map((word) => word.replace('<id>', ID))]];
    });
}
const calls = callsOf(text);

test('every command is one of the program and an npm script, and is understood with its flags', async () => {
  expect(calls.length).toBeGreaterThan(15);
  const manifest = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  for (const call of calls) {
    expect(manifest).toContain(`"${call[0]}": "node bin/backend-coordinator.js ${call[0]}"`);
    const understood = await parseCommandLine(call, {
      commands: COMMANDS,
      version: '0',
      print: () => undefined,
    });
    if (understood.kind !== 'command') throw new Error(`${call.join(' ')} only prints`);
    const { command, args, flags } = understood;
    if (command.name === 'start-objective') parseStart(args, flags, NO_SETTINGS);
    if (command.name === 'init') parseInit(flags);
  }
});

test('the way goes from init over a dry run to the report', () => {
  const names = calls.map(([name]) => name);
  const way = [
    'init',
    'doctor',
    'start-objective',
    'plan',
    'attach',
    'steer',
    'escalations',
    'resolve',
    'report',
  ];
  expect([...new Set(names)].filter((name) => way.includes(name))).toEqual(way);
});

describe('what needs no server runs as it is written', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await openCommandLine();
  });
  afterAll(() => cli.dispose());
  const [withSample = ''] = text.split('## Your own repository');
  const runnable = callsOf(withSample).filter(
    (call) => call[0] === 'doctor' || call.includes('--yes') || call.includes('--dry-run'),
  );

  test('which are three: init, doctor and the dry run', () => {
    expect(runnable.map(([name]) => name)).toEqual(['init', 'doctor', 'start-objective']);
  });

  test.each(runnable.map((call) => [call.join(' '), call] as const))('%s', async (_, call) => {
    const { code: exit, stdout, stderr } = await cli.run(...call);
    expect({ exit, stderr }).toMatchObject({ exit: 0 });
    if (call[0] !== 'doctor') expect(stdout).toMatch(/Plan: 8 tasks[^]*Estimate[^]*Trust hash/);
  });

  test('docs/operations.md says what to do about every line of doctor', async () => {
    const { checks } = Doctor.parse(JSON.parse((await cli.run('doctor', '--json')).stdout));
    const names = checks.map(({ name }) => name);
    const rows = table(section(readDocument('docs/operations.md'), '## When something is wrong'), 'line');
    const told = rows.flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
    expect(told.toSorted()).toEqual(names.toSorted());
  });
});

test('docs/operations.md lists every key of the settings', () => {
  const rows = table(section(readDocument('docs/operations.md'), '## Settings'), 'key').map(([key]) =>
    code(key),
  );
  expect(rows).toEqual(Object.keys(Settings.shape));
  expect(text).toContain(SETTINGS_FILE);
});
