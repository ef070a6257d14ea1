import { redactSecrets } from '../process/redact';
import { discriminate, escapePattern } from './distinctive-line';
import { readAnswer, type RecordedAnswer } from './recorded-answer';

/** What a recorded playbook is called, and for whom it is. */
export interface RecordingHead {
  readonly name: string;
  readonly objective: string;
  /** The sample it is for; for another repository its name, to be replaced by that of a sample made of it. */
  readonly sample: string;
  /** Values that must not be written, such as the key. */
  readonly secrets: readonly string[];
}

/** A playbook as data, and the files it names, by path below `files/`. */
interface RenderedPlaybook {
  readonly playbook: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, string>;
}

/** Answered calls on their way to a playbook. */
export interface Recording {
  add(request: unknown, answer: unknown): void;
  render(): RenderedPlaybook;
  readonly answers: number;
  /** Answers that go on from a turn which was not recorded: another process had it. */
  readonly gaps: number;
}

interface Entry {
  readonly id: string;
  readonly answer: RecordedAnswer;
  readonly previous: Entry | null;
  /** Turns before it in its conversation. */
  readonly depth: number;
}

/** What the newest message tells of how things went; an answer to it is given for just that. */
const EVIDENCE =
  /^(?:All checks passed|Checks failed|THE LAST ATTEMPT DID NOT PASS|ADVICE FROM @[a-z0-9-]+|GUIDANCE FROM|CONFLICTS TO RESOLVE|Nothing was handed in|ANSWER OF)/gm;

/**
 * Turns answered calls into the answers of a playbook. The same conversation asked again replaces its answer: the
 * first one was lost or thrown away, or the run would not have asked.
 */
export function createRecording(head: RecordingHead): Recording {
  const entries = new Map<string, Entry>();
  const byCall = new Map<string, string>();
  const counts = new Map<string, number>();
  let gaps = 0;
  const scrub = (text: string): string => redactSecrets(text, head.secrets);

  function nextId(base: string): string {
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return count === 1 ? base : `${base}-${String(count)}`;
  }

  function entryById(id: string | undefined): Entry | undefined {
    return [...entries.values()].find((entry) => entry.id === id);
  }

  function previousOf({ previous, task, role }: RecordedAnswer): Entry | null | undefined {
    if (previous === null) return null;
    const byId = entryById(previous.calls.map((call) => byCall.get(call)).find((id) => id !== undefined));
    if (byId !== undefined) return byId;
    return [...entries.values()].findLast(
      ({ answer }) =>
        answer.task === task &&
        answer.role === role &&
        answer.calls.length === 0 &&
        answer.text === previous.text,
    );
  }

  return {
    add(request, rawAnswer) {
      const read = readAnswer(request, rawAnswer);
      // Conditions are made of what was told.
      const answer = { ...read, told: scrub(read.told), last: scrub(read.last) };
      // A turn that says nothing leaves no trace in the conversation; the next one is asked for at the same place.
      if (answer.text === '' && answer.calls.length === 0 && answer.stop === null) return;
      const previous = answer.ask === null ? previousOf(answer) : null;
      if (previous === undefined) gaps++;
      const known = entries.get(answer.request);
      const id = known?.id ?? nextId(baseId(answer));
      for (const call of answer.calls) byCall.set(call.id, id);
      entries.set(answer.request, {
        id,
        answer,
        previous: previous ?? null,
        depth: previous === null || previous === undefined ? 0 : previous.depth + 1,
      });
    },
    render() {
      const files = new Map<string, string>();
      const all = [...entries.values()];
      // Within a task the deepest first, so that nothing said earlier fires again; then the latest first: each is told
      // from the earlier ones, which need not know what was still to come.
      const ordered = all.toReversed().sort((a, b) => compareTasks(a, b) || b.depth - a.depth);
      const answers = ordered.map((entry) => ({
        id: entry.id,
        when: conditionsOf(
          entry,
          all.slice(0, all.indexOf(entry)).filter((other) => isRival(entry, other)),
        ),
        reply: replyOf(entry, files, scrub),
      }));
      const title = scrub(head.objective.replace(/\s+/g, ' ').trim()).slice(0, 200);
      return {
        playbook: {
          name: head.name,
          title,
          covers: coverWords(title).map((word) => [word]),
          target: { sample: head.sample },
          scenarios: [{ name: 'default', title: 'as it was recorded' }],
          answers,
        },
        files,
      };
    },
    get answers() {
      return entries.size;
    },
    get gaps() {
      return gaps;
    },
  };
}

function compareTasks(a: Entry, b: Entry): number {
  const [left, right] = [a.answer.task ?? '', b.answer.task ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}

function baseId({ ask, task }: RecordedAnswer): string {
  const short = task === null ? null : task.replace(/^backend-T/, 't');
  return [ask ?? (short === null ? 'turn' : null), short].filter((part) => part !== null).join('-');
}

/** Whether two answers would be tried for the same requests. */
function isRival(a: Entry, b: Entry): boolean {
  return (
    a.answer.ask === b.answer.ask &&
    a.answer.task === b.answer.task &&
    a.answer.role === b.answer.role &&
    a.previous?.id === b.previous?.id
  );
}

function conditionsOf(entry: Entry, rivals: readonly Entry[]): Record<string, unknown> {
  const { ask, task, role, told, last } = entry.answer;
  const who = {
    ...(ask === null ? {} : { ask }),
    ...(task === null ? {} : { task }),
    ...(role === null ? {} : { role }),
  };
  if (ask !== null) {
    const { contains, lacks } = discriminate(
      told,
      rivals.map((rival) => rival.answer.told),
    );
    return { ...who, ...unlessEmpty({ contains, lacks }) };
  }
  const { contains, lacks } = discriminate(
    last,
    rivals.map((rival) => rival.answer.last),
  );
  const evidence = [...new Set([...last.matchAll(EVIDENCE)].map(([found]) => `^${escapePattern(found)}`))];
  // The delegation is in the newest message only where a conversation begins.
  const opening = entry.depth === 0 && task !== null && last.includes(`TASK ID: ${task}`);
  return {
    ...who,
    ...(entry.previous === null ? {} : { after: entry.previous.id }),
    ...unlessEmpty({
      lastContains: [...(opening ? [`^TASK ID: ${task}`] : []), ...evidence, ...contains],
      lastLacks: lacks,
    }),
  };
}

function unlessEmpty(lists: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function replyOf(
  { id, answer }: Entry,
  files: Map<string, string>,
  scrub: (text: string) => string,
): Record<string, unknown> {
  const text = scrub(answer.text);
  if (answer.ask !== null && answer.stop === null && isJson(text)) {
    const path = `${id}.json`;
    files.set(path, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    return { jsonFile: path };
  }
  const tools = answer.calls.map(({ name, input }, index) => {
    const clean = scrubValue(input, scrub);
    const { file_path: path, content, ...rest } = clean;
    if (name !== 'write' || !isInside(path) || typeof content !== 'string' || Object.keys(rest).length > 0) {
      return { name, input: clean };
    }
    const from = `${id}/${index === 0 ? '' : `${String(index)}/`}${path}`;
    files.set(from, content);
    return { write: path, from };
  });
  return {
    ...(text === '' ? {} : { text }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(answer.stop === null ? {} : { stop: answer.stop }),
  };
}

/** Whether a path is one a playbook may name. */
function isInside(path: unknown): path is string {
  return typeof path === 'string' && /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0]+$/.test(path);
}

function scrubValue(
  record: Readonly<Record<string, unknown>>,
  scrub: (text: string) => string,
): Record<string, unknown> {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return scrub(value);
    if (Array.isArray(value)) return value.map(clean);
    return value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]))
      : value;
  };
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, clean(value)]));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const COVER_WORDS = 6;

/** Words of an objective that say what it is about: the longest, in their order. */
function coverWords(objective: string): readonly string[] {
  const words = [...new Set(objective.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}_-]{3,}/gu) ?? [])];
  const longest = new Set([...words].sort((a, b) => b.length - a.length).slice(0, COVER_WORDS));
  const chosen = words.filter((word) => longest.has(word));
  return chosen.length > 0 ? chosen : [objective];
}
