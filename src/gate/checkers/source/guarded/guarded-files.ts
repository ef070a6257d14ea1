import type { Evidence } from '../../../../domain/quality-gate/receipt';
import { redactSecrets } from '../../../../process/redact';
import { type Answer, DoesNotApply, type GateChecker } from '../../../checker';
import type { Changes } from '../../../facts/changes';
import type { SourceFiles } from '../../../facts/source-files';
import { roleOf } from '../engine/paths';
import { type Guard, guardedPartOf, isGuarded, narrowingLines } from './guarded-settings';
import { missingFrom, testTitlesOf } from './test-titles';

/** Something a change does to how it is judged. */
interface Guarded {
  readonly about: Guard;
  readonly file: string;
  /** Null: of a file or line that is gone. */
  readonly line: number | null;
  readonly quote: string;
  readonly what: string;
}

/**
 * A change of what judges it, for somebody to look at: test and coverage settings, linters, waivers, tests taken away. What
 * only widens the tests is none of these.
 */
export const GUARDED_FILES_CHECKER: GateChecker = {
  name: 'guarded-files',
  version: '1',
  subjects: ['unit-tests', 'test-coverage'],
  scope: 'task',
  reads: (path) => isGuarded(path) || isTest(path),
  comparesWithBase: true,
  control: async () => {
    const before: Record<string, string> = {
      'test/a.test.js': "test('adds', () => {});",
      '.nycrc': 'lines: 80',
    };
    const after: Record<string, string> = { '.nycrc': 'lines: 10' };
    const guarded = await findGuarded(
      {
        base: '',
        files: [
          { path: 'test/a.test.js', kind: 'deleted', lines: [] },
          { path: '.nycrc', kind: 'modified', lines: [{ from: 1, to: 1 }] },
        ],
        readBase: (path) => Promise.resolve(before[path] ?? null),
        commits: () => Promise.resolve([]),
      },
      { paths: Object.keys(after), blobs: new Map(), read: (path) => Promise.resolve(after[path] ?? null) },
    );
    return new Set(guarded.map(({ about }) => about)).size === 2;
  },
  check: async (inspection) => {
    if (inspection.target.base === inspection.target.commit) {
      throw new DoesNotApply('nothing-is-compared', 'the tree is its own base');
    }
    const guarded = await findGuarded(await inspection.changes(), await inspection.files());
    return (['unit-tests', 'test-coverage'] as const).map((subject) =>
      answerFor(
        subject,
        guarded.filter(({ about }) => about === subject),
      ),
    );
  },
};

function answerFor(subject: Guard, guarded: readonly Guarded[]): Answer {
  if (guarded.length === 0)
    return { subject, outcome: { kind: 'ran-clean', note: 'what judges the change is not narrowed by it' } };
  const places = guarded.map(
    ({ file, line, what }) => `${file}${line === null ? '' : `:${String(line)}`} ${what}`,
  );
  return {
    subject,
    outcome: {
      kind: 'could-not-run',
      reason: `the change touches what judges it, look at: ${[...new Set(places)].join('; ')}`.slice(0, 1000),
    },
    evidence: guarded
      .slice(0, 20)
      .map(({ file, line, quote, what }): Evidence =>
        line === null
          ? { kind: 'measurement', text: redactSecrets(`${file}: ${what}: ${quote}`).slice(0, 2000) }
          : { kind: 'source', file, line, quote: redactSecrets(quote).slice(0, 500) },
      ),
  };
}

function isTest(path: string): boolean {
  return roleOf(path) === 'test' && /\.(?:[cm]?[jt]sx?|py|java|kt)$/.test(path);
}

/** What a change does to how it is judged, file by file. */
async function findGuarded(changes: Changes, files: SourceFiles): Promise<readonly Guarded[]> {
  const found: Guarded[] = [];
  const [titlesBefore, titlesAfter]: [{ file: string; title: string }[], string[]] = [[], []];
  for (const { path, kind } of changes.files) {
    const before = kind === 'added' ? '' : ((await changes.readBase(path)) ?? '');
    const after = kind === 'deleted' ? '' : ((await files.read(path)) ?? '');
    if (isGuarded(path)) found.push(...settingsOf(path, before, after, kind === 'deleted'));
    if (isTest(path)) {
      titlesBefore.push(...testTitlesOf(path, before).map((title) => ({ file: path, title })));
      titlesAfter.push(...testTitlesOf(path, after));
    }
  }
  // A test that moved, or was given another name beside its old place, is still there.
  const missing = missingFrom(
    titlesBefore.map(({ title }) => title),
    titlesAfter,
  );
  const isFewer = titlesAfter.length < titlesBefore.length;
  for (const { path, kind } of changes.files) {
    if (!isTest(path)) continue;
    const gone = titlesBefore.filter(({ file, title }) => file === path && missing.includes(title));
    if (kind === 'deleted' && gone.length > 0) {
      found.push({
        about: 'unit-tests',
        file: path,
        line: null,
        quote: quoted(gone),
        what: `is deleted with ${String(gone.length)} tests`,
      });
    } else if (kind === 'modified' && isFewer && gone.length > 0) {
      found.push({
        about: 'unit-tests',
        file: path,
        line: null,
        quote: quoted(gone),
        what: `loses ${String(gone.length)} tests`,
      });
    }
  }
  return found;
}

function quoted(gone: readonly { readonly title: string }[]): string {
  return gone
    .slice(0, 10)
    .map(({ title }) => title)
    .join(', ');
}

function settingsOf(path: string, before: string, after: string, isDeleted: boolean): Guarded[] {
  const [was, is] = [guardedPartOf(path, before), guardedPartOf(path, after)];
  if (was === null || is === null) return [];
  const { gone, added } = narrowingLines(before === '' ? '' : was.text, after === '' ? '' : is.text);
  const about = (line: string): Guard =>
    /cover|threshold|nyc|\bc8\b|jacoco|fail[_-]?under|minimum|^["']?(?:branches|functions|lines|statements)\b|omit/i.test(
      line,
    )
      ? 'test-coverage'
      : was.about;
  if (isDeleted && gone.length > 0)
    return [
      { about: about(path), file: path, line: null, quote: gone.slice(0, 5).join('; '), what: 'is deleted' },
    ];
  const lines = after.split('\n');
  return [
    ...added.map((line): Guarded => {
      const at = lineOf(lines, line);
      return {
        about: about(line),
        file: path,
        line: at,
        quote: lines[at - 1]?.trim() ?? line,
        what: 'changes how the project is judged',
      };
    }),
    ...gone.map((line): Guarded => ({
      about: about(line),
      file: path,
      line: null,
      quote: line,
      what: `no longer says: ${line.slice(0, 120)}`,
    })),
  ];
}

/** Where a line of the guarded part stands in the file, whose spacing may differ. */
function lineOf(lines: readonly string[], line: string): number {
  const plain = (text: string): string => text.replace(/[\s,]+/g, '');
  const exact = lines.findIndex((one) => plain(one).includes(plain(line)));
  const key = /^"([^"]+)"/.exec(line)?.[1];
  const byKey = key === undefined ? -1 : lines.findIndex((one) => one.includes(`"${key}"`));
  return (exact === -1 ? Math.max(byKey, 0) : exact) + 1;
}
