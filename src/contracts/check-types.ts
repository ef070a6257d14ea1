import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimalEnvironment, runCommand } from '../process/run-command';
import type { ContractMismatch, ContractTestReport } from '../domain/contract/contract-test-report';
import type { Consumer } from './consumer';

const TIMEOUT_MS = 120_000;
const MOST_PROBLEMS = 50;
const DIAGNOSTIC = /^(types|consumer)\.ts\((\d+),\d+\): error (TS\d+: .*)$/;

const OPTIONS = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
  },
  files: ['consumer.ts', 'types.ts'],
};

/**
 * Compiles generated types with a program that uses them, strictly, in a process of its own: a compiler that takes its
 * time holds up nobody. Nothing that is compiled runs.
 * @throws Error where the compiler itself does not work
 */
export async function checkTypes(
  types: string,
  consumer: Consumer,
  signal: AbortSignal,
): Promise<{
  readonly types: NonNullable<ContractTestReport['types']>;
  readonly mismatches: readonly ContractMismatch[];
}> {
  const folder = await mkdtemp(join(tmpdir(), 'contract-types-'));
  try {
    await writeFile(join(folder, 'types.ts'), types);
    await writeFile(join(folder, 'consumer.ts'), consumer.text);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(OPTIONS));
    const run = await runCommand({
      argv: [process.execPath, require.resolve('typescript/lib/tsc.js'), '-p', folder, '--pretty', 'false'],
      cwd: folder,
      env: minimalEnvironment(),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    signal.throwIfAborted();
    const lines = run.stdout.split('\n').filter((line) => DIAGNOSTIC.test(line));
    const compiled = run.end.kind === 'exited' && run.end.code === 0;
    if (!compiled && lines.length === 0) {
      const how = run.end.kind === 'exited' ? `exit ${String(run.end.code)}` : run.end.kind;
      throw new Error(
        `The TypeScript compiler did not compile the types of a contract (${how}): ${run.stderr.slice(0, 300)}`,
      );
    }
    return {
      types: {
        compiled,
        problems: lines.slice(0, MOST_PROBLEMS).map((line) => line.slice(0, 500)),
        consumer: consumer.text,
      },
      mismatches: lines.slice(0, MOST_PROBLEMS).map((line) => mismatchOf(line, consumer)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function mismatchOf(line: string, consumer: Consumer): ContractMismatch {
  const [, file, number, message = ''] = DIAGNOSTIC.exec(line) ?? [];
  return {
    operation: (file === 'consumer' ? consumer.about(Number(number)) : 'types').slice(0, 500),
    pointer: 'types',
    expected: 'that it compiles against the types of the contract',
    got: message.slice(0, 500),
  };
}
