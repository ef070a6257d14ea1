import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { ConfigurationError } from '../domain/common/user-error';
import { createRecording, type RecordingHead } from './recording';

// Nothing is folded: folded lines come back with other breaks where they are indented, and code is.
const READABLE = { lineWidth: 0 };
const EXACT = {
  ...READABLE,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** A value as YAML that reads back as itself: in blocks, unless some odd text does not survive them. */
export function toYaml(value: unknown): string {
  const readable = stringify(value, READABLE);
  return isDeepStrictEqual(parse(readable), value) ? readable : stringify(value, EXACT);
}

/** Writes a playbook while a run goes on. */
export interface PlaybookRecorder {
  /** Takes an answered call, both sides as JSON. Never throws: a run is not lost for the sake of its recording. */
  readonly answered: (request: unknown, answer: unknown) => void;
  /**
   * Waits until everything is written.
   * @throws ConfigurationError when the recording is not whole
   */
  close(): Promise<void>;
}

/** Starts a recording in an empty folder, whose name is the playbook's. The folder is always a whole playbook. */
export async function createPlaybookRecorder(dir: string, head: RecordingHead): Promise<PlaybookRecorder> {
  await mkdir(dir, { recursive: true });
  const recording = createRecording(head);
  const written = new Map<string, string>();
  let failure: Error | null = null;
  let writing: Promise<void> = Promise.resolve();
  let due = false;

  function fail(error: unknown): void {
    failure ??= error instanceof Error ? error : new Error(String(error));
  }

  async function write(): Promise<void> {
    due = false;
    const { playbook, files } = recording.render();
    for (const [path, content] of files) {
      if (written.get(path) === content) continue;
      const file = join(dir, 'files', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      written.set(path, content);
    }
    const draft = join(dir, '.playbook.yaml.draft');
    await writeFile(draft, preface(recording.gaps) + toYaml(playbook));
    await rename(draft, join(dir, 'playbook.yaml'));
  }

  return {
    answered: (request, answer) => {
      try {
        // A copy of now: the conversation goes on in the same arrays.
        recording.add(JSON.parse(JSON.stringify(request)), JSON.parse(JSON.stringify(answer)));
      } catch (error) {
        fail(error);
        return;
      }
      if (due) return;
      due = true;
      writing = writing.then(write).catch(fail);
    },
    close: async () => {
      await writing;
      if (failure === null) return;
      throw new ConfigurationError(
        `The recording in ${dir} is not whole (${failure.message}); mend that and record again.`,
        { cause: failure },
      );
    },
  };
}

function preface(gaps: number): string {
  return [
    '# Recorded from a run; the format is described in playbooks/README.md. To be edited: title, covers (an objective',
    '# is covered when every group has one of its words in it) and target (the bundled sample it is for).',
    ...(gaps === 0
      ? []
      : [
          `# ${String(gaps)} answers go on from turns that another process had: this playbook has gaps there.`,
        ]),
    '',
  ].join('\n');
}
