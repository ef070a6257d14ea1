import { posix } from 'node:path';
import { isRecord, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import { CannotTell } from '../../checker';
import { parseText, type ParsedText, type Steps } from './parse-text';
import { SpecProblem } from './spec-problem';

const MOST_FILES = 5000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Where the other files of a description stand in the bundled document. */
const OTHERS = 'x-files';

/** A description in one document. */
interface BundledSpec {
  /** References into other files lead to `#/x-files/…`. */
  readonly document: JsonRecord;
  /** References that lead elsewhere: they are never followed. */
  readonly remote: readonly string[];
  /** File and line of a place in the document. */
  locate(steps: Steps): { readonly file: string; readonly line: number };
}

/**
 * Reads a description and the files it refers to into one document. A reference out of the repository stays as it is.
 * @throws SpecProblem when the first file cannot be read
 */
export async function bundleSpec(
  root: string,
  text: string,
  read: (path: string) => Promise<string | null>,
): Promise<BundledSpec> {
  const files = new Map<string, ParsedText>();
  const remote = new Set<string>();
  const first = parseText(root, text);
  if (!isRecord(first.value)) {
    throw new SpecProblem('unreadable', `${root} is no API description: it has no fields`, root);
  }
  files.set(root, first);
  const waiting: [string, unknown][] = [[root, first.value]];
  let characters = text.length;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [from, value] = next;
    for (const path of filesOf(from, value, remote)) {
      if (files.has(path)) continue;
      const there = await read(path);
      if (there === null) continue;
      characters += there.length;
      if (files.size > MOST_FILES || characters > MOST_CHARACTERS) {
        throw new CannotTell(
          `${root} refers to more files than can be read: ${String(MOST_FILES)}, or 16 MiB`,
        );
      }
      const parsed = parseText(path, there);
      files.set(path, parsed);
      waiting.push([path, parsed.value]);
    }
  }
  const others = [...files].filter(([path]) => path !== root);
  const main = rewrite(first.value, root, root, files) as JsonRecord;
  const document =
    others.length === 0
      ? main
      : {
          ...main,
          [OTHERS]: Object.fromEntries(
            others.map(([path, { value }]) => [path, rewrite(value, path, root, files)]),
          ),
        };
  return {
    document,
    remote: [...remote],
    locate: (steps) => {
      const [head, path, ...rest] = steps;
      const other = head === OTHERS && typeof path === 'string' ? files.get(path) : undefined;
      return other === undefined || typeof path !== 'string'
        ? { file: root, line: first.lineOf(steps) }
        : { file: path, line: other.lineOf(rest) };
    },
  };
}

/** Looks at each object once: aliases make one object stand in many places. */
function* objectsOf(value: unknown): Generator<JsonRecord> {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const at = waiting.pop();
    if (typeof at !== 'object' || at === null || seen.has(at)) continue;
    seen.add(at);
    if (isRecord(at)) yield at;
    for (const child of Object.values(at) as unknown[]) waiting.push(child);
  }
}

function* filesOf(from: string, value: unknown, remote: Set<string>): Generator<string> {
  for (const record of objectsOf(value)) {
    const references = [record['$ref'], ...Object.values(mappingOf(record)).filter(isReference)];
    for (const reference of references) {
      if (typeof reference !== 'string' || reference.startsWith('#')) continue;
      const path = fileOf(from, reference);
      if (path === null) remote.add(reference);
      else yield path;
    }
  }
}

/** The `mapping` of a discriminator: names of schemas, or references to them. */
function mappingOf(record: JsonRecord): JsonRecord {
  return typeof record['propertyName'] === 'string' ? recordOf(record['mapping']) : {};
}

const isReference = (value: unknown): value is string =>
  typeof value === 'string' && /[/#]|\.ya?ml$|\.json$/.test(value);

/** Path of the file a reference leads to; null when it leads out of the repository. */
function fileOf(from: string, reference: string): string | null {
  const [path = ''] = reference.split('#');
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('/')) return null;
  const joined = posix.join(posix.dirname(from), path);
  return joined.startsWith('../') ? null : joined;
}

function rewrite(value: unknown, file: string, root: string, files: ReadonlyMap<string, unknown>): unknown {
  const done = new Map<object, unknown>();
  const copy = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    const known = done.get(at);
    if (known !== undefined) return known;
    if (Array.isArray(at)) {
      const list: unknown[] = [];
      done.set(at, list);
      for (const entry of at as unknown[]) list.push(copy(entry));
      return list;
    }
    const record: Record<string, unknown> = {};
    done.set(at, record);
    const mapped = mappingOf(at as JsonRecord);
    for (const [key, child] of Object.entries(at)) {
      const moved =
        key === '$ref' && typeof child === 'string'
          ? inside(child, file, root, files)
          : key === 'mapping' && child === mapped
            ? mapValues(mapped, (entry) => (isReference(entry) ? inside(entry, file, root, files) : entry))
            : copy(child);
      Object.defineProperty(record, key, {
        value: moved,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return record;
  };
  return copy(value);
}

function mapValues(record: JsonRecord, change: (value: unknown) => unknown): JsonRecord {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function inside(reference: string, file: string, root: string, files: ReadonlyMap<string, unknown>): string {
  const [, pointer = ''] = reference.split('#');
  const target = reference.startsWith('#') ? file : fileOf(file, reference);
  if (target === null || !files.has(target)) return reference;
  const rest = pointer === '' || pointer === '/' ? '' : pointer.startsWith('/') ? pointer : `/${pointer}`;
  if (target === root) return `#${rest === '' ? '/' : rest}`;
  return `#/${OTHERS}/${target.replaceAll('~', '~0').replaceAll('/', '~1')}${rest}`;
}
