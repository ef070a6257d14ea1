// Needs no server: recorded histories run through the compiled workflows.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { assertReplayable, historyFile, readHistory, recordedNames } from './histories';
import { SCENARIOS } from './scenarios';

const code = readFileSync(WORKFLOW_BUNDLE, 'utf8');

const replay = (name: string, bundle: string): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { code: bundle } }, readHistory(name), 'objective-test');

describe('recorded histories', () => {
  it('are those of the scenarios, no more and no fewer', () => {
    expect(recordedNames()).toEqual(SCENARIOS.map((scenario) => scenario.name).sort());
  });

  it.each(SCENARIOS)('$name replays on the workflows as they are', async ({ name }) => {
    assertReplayable(name, readHistory(name));
    await expect(replay(name, code)).resolves.toBeUndefined();
  });

  it.each(SCENARIOS)(
    '$name does not replay on workflows changed in what it is about',
    async ({ name, change }) => {
      expect(code.split(change.from)).toHaveLength(2);
      const changed = code.replace(change.from, () => change.to);
      const failure = await replay(name, changed).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(DeterminismViolationError);
      expect(String(failure)).toContain('TMPRL1100');
    },
  );

  it.each(SCENARIOS)('$name names neither host nor folder of whoever recorded it', ({ name }) => {
    const text = readFileSync(historyFile(name), 'utf8');
    const readable = [text, ...payloads(text)].join('\n');
    expect(readable).not.toContain(process.cwd());
    expect(readable).not.toMatch(/\/(home|root|Users|work|tmp)\//);
    // What one workflow tells another is written down by the server itself, under a name of its own.
    const identities = [...text.matchAll(/"identity": *"([^"]*)"/g)].map((match) => match[1]);
    expect(identities.filter((who) => who !== 'recorder' && who !== 'history-service')).toEqual([]);
    expect(identities).toContain('recorder');
    if (hostname().length > 3) expect(readable).not.toContain(hostname());
  });

  it('one without the flags of the core is refused, since it would replay green for nothing', () => {
    const { name } = SCENARIOS[0]!;
    const trimmed = JSON.parse(
      JSON.stringify(readHistory(name), (key, value: unknown) =>
        key === 'coreUsedFlags' ? undefined : value,
      ),
    ) as unknown;
    expect(() => {
      assertReplayable(name, trimmed);
    }).toThrow(/no sdkMetadata.coreUsedFlags/);
    expect(() => {
      assertReplayable(name, {});
    }).toThrow(/record it again/);
  });
});

/** What the base64 payloads of a history say. */
function payloads(text: string): string[] {
  return [...text.matchAll(/"data": *"([A-Za-z0-9+/=]+)"/g)].map((match) =>
    Buffer.from(match[1] ?? '', 'base64').toString('utf8'),
  );
}
