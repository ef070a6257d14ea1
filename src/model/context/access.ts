import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextAccount, ContextFlag } from '../../domain/context/context-account';
import { categoryRow, type ContextCategory } from '../../domain/context/context-categories';
import {
  judgeFile,
  type ContextHolder,
  type ContextPathRule,
  type FileVerdict,
} from '../../domain/context/context-files';
import { mention } from '../../domain/department/specialists';
import { createCensus, type CensusFile } from './census';
import { masksFor, type Masks } from './masks';
import { comparable, createQuotedLines, readText } from './quoted-lines';
import { createTally } from './tally';

/** Masks a shell may need; with more, starting it takes longer than what it runs. */
const MOST_MASKS = 128;
/** Different quoted lines that are looked for elsewhere before they are withheld. */
const MOST_LOOKED_UP = 200;
/** Characters of a refused file that would have been sent at most. */
const MOST_COUNTED = 30_000;
const CUT = /^\.\.\. \d+ bytes left out \.\.\.$/;

/**
 * What a specialist may know of a worktree, and the record of it. Denied files are neither listed nor read, nor quoted by
 * what runs on the whole tree. What may be read as an exception is recorded once it is.
 *
 * A file that changed since something ran unmasked may hold what was copied out of a denied one. Such a file is read
 * through the filter for output, and says nothing about which lines are free to be seen.
 */
export interface ContextAccess {
  judge(path: string): FileVerdict;
  /** Why a path is refused, and what to do about it. */
  refusal(path: string, category: ContextCategory): string;
  /** Records that a file was read, or a part of it. */
  read(path: string, characters: number): void;
  /** Records that a file was asked for and refused. */
  refused(path: string, category: ContextCategory): void;
  /** Of names in a listing those that may be seen; counts both. */
  listable(paths: readonly string[]): string[];
  /** Counts context that is no file. */
  count(kind: 'sent' | 'filtered', category: ContextCategory | null, characters: number): void;
  /** Something is about to run in the worktree: what it must not see, as things are now. What it sees counts as read. */
  beforeRun(): Promise<Masks>;
  /** It ran: `masked`, or with the whole tree in view. Denied files it moved are put back. */
  afterRun(view: 'masked' | 'whole' | 'whole-by-shell'): Promise<void>;
  /** The text without lines that quote denied files; says how many are missing. */
  filter(text: string): Promise<string>;
  /** The same for what a file holds, where that may have been copied out of a denied one. */
  filterFile(path: string, text: string): Promise<string>;
  /** The specialist wrote the file. `whole`: every line of it. */
  wrote(path: string, before: 'trusted' | 'untrusted' | 'whole'): void;
  isTrusted(path: string): boolean;
  flag(flag: ContextFlag): void;
  account(): ContextAccount;
}

export interface ContextAccessOptions extends ContextHolder {
  /** Path of the worktree. */
  readonly path: string;
  readonly rules: readonly ContextPathRule[];
}

export function createContextAccess(options: ContextAccessOptions): ContextAccess {
  const root = realpathSync(options.path);
  const census = createCensus(root, options.rules);
  const quoted = createQuotedLines(root);
  const tally = createTally();
  const written = new Map<string, string>();
  let unmaskedSince = Number.POSITIVE_INFINITY;
  let runSince = 0;
  let denied: readonly CensusFile[] = [];

  // A file that was moved where the task may read is as denied as it was.
  const verdictOf = (path: string, category: ContextCategory | null): FileVerdict =>
    category !== null && census.isKept(path)
      ? { kind: 'denied', category }
      : judgeFile(options, path, category);
  const judge = (path: string): FileVerdict => verdictOf(path, census.categoryOf(path));

  async function survey(): Promise<Awaited<ReturnType<typeof census.take>>> {
    const taken = await census.take();
    denied = taken.files.flatMap((file) =>
      verdictOf(file.path, file.category).kind === 'denied' ? (census.again(file) ?? []) : [],
    );
    return taken;
  }

  /** What a shell or a check has in view counts as read: nobody can tell what of it is. */
  function recordException(file: CensusFile): FileVerdict['kind'] {
    const verdict = verdictOf(file.path, file.category);
    if (verdict.kind === 'exception') tally.exception(file.path, verdict.exception);
    return verdict.kind;
  }

  function isTrusted(path: string): boolean {
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) return false;
    return stats.ctimeMs < unmaskedSince || written.get(path) === versionOf(stats);
  }

  /** Of lines that denied files hold, those that a file the role may read holds as well. */
  async function alsoElsewhere(
    lines: ReadonlySet<string>,
    files: readonly CensusFile[],
  ): Promise<ReadonlySet<string>> {
    const missing = new Set(lines);
    const found = new Set<string>();
    let read = 0;
    for (const file of files) {
      if (missing.size === 0) break;
      if (verdictOf(file.path, file.category).kind === 'denied' || !isTrusted(file.path)) continue;
      if (++read % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      const text = readText(join(root, file.path));
      if (text === null || ![...missing].some((line) => text.includes(line))) continue;
      for (const line of text.split('\n')) {
        const whole = comparable(line);
        if (whole !== null && missing.delete(whole)) found.add(whole);
      }
    }
    return found;
  }

  async function filter(text: string): Promise<string> {
    const { files } = await survey();
    if (denied.length === 0) return text;
    await quoted.refresh(denied);
    const lines = text.split('\n');
    const quotes = lines.map((line) => quoted.find(line));
    const distinct = new Set(quotes.flatMap((quote) => (quote === null ? [] : [quote.text])));
    const free =
      distinct.size === 0 || distinct.size > MOST_LOOKED_UP
        ? new Set<string>()
        : await alsoElsewhere(distinct, files);
    const kept: string[] = [];
    let withheld = 0;
    lines.forEach((line, index) => {
      const quote = quotes[index] ?? null;
      const isFree = quote !== null && free.has(quote.text);
      // Half a line has no hash; it stands before or after the mark of what was cut out.
      const isCut = CUT.test(lines[index - 1] ?? '') || CUT.test(lines[index + 1] ?? '');
      if ((quote === null || isFree) && !isCut) {
        kept.push(line);
        return;
      }
      withheld++;
      tally.filtered(quote?.file.category ?? null, line.length);
    });
    if (withheld === 0) return text;
    const what = withheld === 1 ? '1 line is' : `${String(withheld)} lines are`;
    return `${kept.join('\n')}\n(${what} withheld: they quote files that ${mention(options.role)} does not see.)`;
  }

  return {
    judge,
    refusal(path, category) {
      const { title } = categoryRow(category);
      return (
        `${path} is withheld: it is about "${title}", which is not part of ${mention(options.role)}'s context. ` +
        'If the task cannot be done without it, call request_context with the path and why.'
      );
    },
    read(path, characters) {
      const category = census.categoryOf(path);
      const verdict = verdictOf(path, category);
      if (verdict.kind === 'exception') tally.exception(path, verdict.exception);
      tally.sent(category, characters);
    },
    refused(path, category) {
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
      tally.filtered(category, stats?.isFile() === true ? Math.min(stats.size, MOST_COUNTED) : 0);
      tally.flag('denied');
    },
    listable(paths) {
      return paths.filter((path) => {
        const category = census.categoryOf(path);
        const seen = verdictOf(path, category).kind !== 'denied';
        tally[seen ? 'sent' : 'filtered'](category, path.length + 1);
        return seen;
      });
    },
    count(kind, category, characters) {
      tally[kind](category, characters);
    },
    async beforeRun() {
      runSince = Date.now();
      const { files, complete } = await survey();
      const { owns, shares } = options.task;
      const keeps = [...owns, ...shares, ...options.granted].map((claim) => claim.replace(/\/\*\*$/, ''));
      const judged = files.map((file) => ({
        path: file.path,
        unnameable: file.unnameable,
        verdict: recordException(file),
      }));
      const masks = masksFor(judged, keeps, MOST_MASKS);
      return { ...masks, enough: masks.enough && complete };
    },
    filter,
    filterFile: (path, text) => (isTrusted(path) ? Promise.resolve(text) : filter(text)),
    async afterRun(view) {
      if (view !== 'masked') unmaskedSince = Math.min(unmaskedSince, runSince);
      if (view === 'whole-by-shell') tally.unmaskedShell();
      const before = denied;
      const { files } = await survey();
      const paths = new Set(files.map((file) => file.path));
      const gone = new Map(
        before.flatMap((file) => (paths.has(file.path) ? [] : [[file.inode, file] as const])),
      );
      if (gone.size === 0) return;
      for (const file of files) {
        const was = gone.get(file.inode);
        if (was?.size !== file.size || was.mtimeMs !== file.mtimeMs) continue;
        tally.flag('moved');
        if (!census.putBack(file.path, was.path) && was.category !== null) census.keep(file, was.category);
      }
      await survey();
    },
    wrote(path, before) {
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (stats === undefined || before === 'untrusted') written.delete(path);
      else written.set(path, versionOf(stats));
    },
    isTrusted,
    flag: (flag) => {
      tally.flag(flag);
    },
    account: () => tally.account(),
  };
}

function versionOf(stats: { readonly ino: number; readonly ctimeMs: number; readonly size: number }): string {
  return `${String(stats.ino)}:${String(stats.ctimeMs)}:${String(stats.size)}`;
}
