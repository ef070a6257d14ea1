import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './command';

/**
 * The rows of the table a command line needs. A command whose module has its name (`commands/status.ts`) is loaded alone,
 * since loading them all takes longer than most of them run; for `--help`, and any other word, it is the whole table.
 */
export async function commandsFor(argv: readonly string[]): Promise<readonly Command[]> {
  const alone = await loadAlone(argv[0] ?? '');
  return alone === null ? (await import('./commands.js')).COMMANDS : [alone];
}

async function loadAlone(name: string): Promise<Command | null> {
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name)) return null;
  if (!existsSync(join(__dirname, 'commands', `${name}.js`))) return null;
  const module = (await import(`./commands/${name}.js`)) as Readonly<Record<string, unknown>>;
  return Object.values(module).find((value): value is Command => isCommand(value, name)) ?? null;
}

function isCommand(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' && value !== null && 'run' in value && 'name' in value && value.name === name
  );
}
