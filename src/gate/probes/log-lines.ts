import { isRecord } from '../../domain/contract/openapi-document';
import { parseJson } from './operation-shape';

/** A request, as it should be found in a log. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Templated: logs may name the route in its place. */
  readonly template: string | null;
  readonly status: number;
  /** Ids it was sent with or answered with. */
  readonly ids: readonly string[];
}

/** How a log speaks of a request: with an id, without one, or not at all. */
export type Logged = 'with-id' | 'without-id' | 'not-at-all';

/** A log as text and by request id: several lines with one id are one account of a request. */
export interface ReadLog {
  readonly lines: readonly string[];
  readonly accounts: ReadonlyMap<string, string>;
}

const ID_KEY = /^(?:(?:x[-_.]?)?(?:req(?:uest)?|trace|correlation)[-_.]?id|reqId|rid|tid)$/i;
const ID_IN_TEXT = /\b(?:x-)?(?:req(?:uest)?|trace|correlation)[-_. ]?id["']?\s*[=:]\s*["'[]?([\w-]{1,80})/i;
const TOKEN_IN_TEXT =
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\breq-[\w]{1,20}\b|\b[0-9a-f]{16,32}\b/i;

export function readLog(text: string): ReadLog {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const accounts = new Map<string, string>();
  for (const line of lines) {
    const id = idOfLine(line);
    if (id !== null) accounts.set(id, `${accounts.get(id) ?? ''}\n${line}`);
  }
  return { lines, accounts };
}

function idOfLine(line: string): string | null {
  const parsed = parseJson(line.slice(Math.max(0, line.indexOf('{'))));
  const named = isRecord(parsed) ? idIn(parsed, 0) : null;
  return (
    named ?? ID_IN_TEXT.exec(line)?.[1] ?? (isRecord(parsed) ? null : (TOKEN_IN_TEXT.exec(line)?.[0] ?? null))
  );
}

function idIn(record: Readonly<Record<string, unknown>>, depth: number): string | null {
  for (const [name, value] of Object.entries(record)) {
    const plain = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (plain !== '' && ID_KEY.test(name)) return plain;
    if (/^(?:req|request|http|context|mdc|trace)$/i.test(name) && isRecord(value)) {
      const inner = value['id'] ?? null;
      if (typeof inner === 'string' || typeof inner === 'number') return String(inner);
      const found = depth < 2 ? idIn(value, depth + 1) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/** How the log speaks of a request. */
export function findInLog(log: ReadLog, request: LoggedRequest): Logged {
  const known = request.ids.flatMap((id) => {
    const lines = log.lines.filter((line) => line.includes(id));
    return lines.length === 0 ? [] : [lines.join('\n')];
  });
  if (known.some((account) => tells(account, request))) return 'with-id';
  if ([...log.accounts.values()].some((account) => tells(account, request))) return 'with-id';
  return log.lines.some((line) => tells(line, request)) ? 'without-id' : 'not-at-all';
}

function tells(account: string, { method, path, template, status }: LoggedRequest): boolean {
  return (
    new RegExp(`\\b${method}\\b`, 'i').test(account) &&
    new RegExp(`(?<!\\d)${status}(?!\\d)`).test(account) &&
    (hasPath(account, escape(path)) || (template !== null && hasPath(account, templatePattern(template))))
  );
}

const hasPath = (account: string, pattern: string): boolean =>
  new RegExp(`${pattern}\\/?(?=$|[\\s"'?,;)\\]}])`, 'm').test(account);

/** The route in any framework's spelling: `{id}`, `:id`, `<int:id>`. */
const templatePattern = (template: string): string =>
  template
    .split(/\{[^}]+\}/)
    .map(escape)
    .join('(?:\\{[^}]+\\}|:\\w+|<[^>]+>)');

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
