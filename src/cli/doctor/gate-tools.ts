import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findProgram, OPTIONAL_PROGRAMS } from '../../gate/programs';
import { runCommand } from '../../process/run-command';
import type { Check } from './check';

/** Packages of ours that decide gate items, and what they look at. */
const SHIPPED = [
  ['@redocly/openapi-core', 'API specs'],
  ['@ast-grep/napi', 'sources'],
  ['@secretlint/core', 'secrets'],
  ['squawk-cli', 'migrations'],
  ['c8', 'coverage of Node'],
  ['autocannon', 'response times'],
] as const;

const Manifest = z.object({ version: z.string() });

/** What the gate's own tools are, and which of the others are here. */
export function examineGateTools(path: string): Promise<Check>[] {
  return [Promise.resolve(examineShipped()), ...OPTIONAL_PROGRAMS.map((row) => examineOptional(row, path))];
}

function examineShipped(): Check {
  const rows = SHIPPED.map(([name, purpose]) => ({ name, purpose, version: versionOf(name) }));
  const missing = rows.filter(({ version }) => version === null);
  return {
    name: 'gate tools',
    state: missing.length === 0 ? 'ok' : 'gap',
    found: rows.map(({ name, version }) => `${name} ${version ?? 'missing'}`).join(', '),
    advice:
      missing.length === 0
        ? null
        : `run npm ci: without ${missing.map(({ name }) => name).join(', ')} nothing is said of ${missing.map(({ purpose }) => purpose).join(', ')}`,
  };
}

/** Read from the folder, since a package need not export its manifest. */
function versionOf(name: string): string | null {
  for (const folder of createRequire(__filename).resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    if (!existsSync(file)) continue;
    const parsed = Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data.version : null;
  }
  return null;
}

async function examineOptional(
  { name, purpose }: { readonly name: string; readonly purpose: string },
  path: string,
): Promise<Check> {
  const program = await findProgram(name, path);
  if (program === null) {
    const advice = `optional: on PATH it adds to the gate: ${purpose}`;
    return { name, state: 'gap', found: 'not on PATH', advice };
  }
  const run = await runCommand({
    argv: [program, '--version'],
    cwd: tmpdir(),
    env: { PATH: path, HOME: tmpdir() },
    timeoutMs: 15_000,
  });
  const [line = ''] = (run.stdout.trim() || run.stderr.trim()).split('\n');
  const works = run.end.kind === 'exited' && run.end.code === 0;
  // Some have no such flag and are here all the same.
  return { name, state: 'ok', found: works ? `${line.slice(0, 80)} (${program})` : program, advice: null };
}
