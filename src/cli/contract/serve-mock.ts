import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_FILES, fileOf, type ContractBundle } from '../../domain/contract/contract-bundle';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { ConfigurationError } from '../../domain/common/user-error';
import { minimalEnvironment, runCommand } from '../../process/run-command';
import type { CommandContext } from '../command';
import { plain } from '../live/text';

/** Runs the mock server of a bundle until the command is interrupted. */
export async function serveMock(
  { terminal, services, signal }: CommandContext,
  request: { readonly objectiveId: string; readonly bundle: ContractBundle; readonly port: number },
): Promise<ExitCode> {
  const { bundle, objectiveId, port } = request;
  const text = await (await services.blobs()).get(fileOf(bundle, BUNDLE_FILES.mock).blob);
  const folder = await mkdtemp(join(tmpdir(), 'contract-mock-'));
  try {
    const script = join(folder, BUNDLE_FILES.mock);
    await writeFile(script, text);
    const run = await runCommand({
      argv: [process.execPath, script, '--port', String(port)],
      cwd: folder,
      env: minimalEnvironment(),
      timeoutMs: Infinity,
      signal,
      onOutput: (chunk, stream) => {
        const said = chunk.toString('utf8').trimEnd();
        (stream === 'stderr' ? terminal.warn : terminal.say)(plain(said));
        const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (url !== undefined)
          terminal.emit({ objective: objectiveId, contract: bundle.name, hash: bundle.hash, url });
      },
    });
    if (run.end.kind === 'aborted' || signal.aborted) return exitCodeOf('delivered');
    throw new ConfigurationError(
      `The mock server ended by itself; is port ${String(port)} free? Choose one with --port.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
