/** How every command ends, as the shell sees it. Scripts rely on these numbers. */
export const EXIT_CODES = [
  { code: 0, name: 'delivered', meaning: 'delivered, with waivers too; for other commands: done' },
  { code: 1, name: 'internal-error', meaning: 'internal error' },
  { code: 2, name: 'bad-input', meaning: 'bad input, configuration or unknown id' },
  { code: 3, name: 'not-delivered', meaning: 'ended without delivery' },
  { code: 4, name: 'needs-human', meaning: 'nothing can go on without a human' },
  { code: 5, name: 'temporal-unreachable', meaning: 'Temporal unreachable or no server to be had' },
  { code: 130, name: 'interrupted', meaning: 'interrupted; the objective goes on with `attach`' },
] as const;

export type ExitName = (typeof EXIT_CODES)[number]['name'];
export type ExitCode = (typeof EXIT_CODES)[number]['code'];

/** The number of a named end. */
export function exitCodeOf(name: ExitName): ExitCode {
  const row = EXIT_CODES.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`No exit code is named ${name}`);
  return row.code;
}
