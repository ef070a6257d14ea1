import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import { BlobRef } from '../../domain/common/blob';
import { Plan } from '../../domain/plan/plan';
import { mention } from '../../domain/department/specialists';

/** Largest file that is read; the largest plan there may be is far smaller. */
export const MOST_BYTES = 1024 * 1024;
const MOST_ERRORS = 20;

/** Something wrong in a plan file; `line` counts from 1. */
export interface FileError {
  readonly line: number;
  readonly text: string;
}

interface PlanFile {
  readonly plan: Plan;
  /** What it is a copy of; null: it does not say. */
  readonly version: number | null;
  readonly ref: string | null;
}

export type ReadPlanFile =
  | {
      readonly kind: 'read';
      readonly file: PlanFile;
      /** The line a sentence of the plan check is about. */
      readonly lineOf: (sentence: string) => number;
    }
  | { readonly kind: 'empty' }
  | { readonly kind: 'wrong'; readonly errors: readonly FileError[] };

const PlanFileShape = z.strictObject({
  version: z.int().min(1).optional(),
  ref: BlobRef.optional(),
  ...Plan.shape,
});

export const TOO_LARGE: FileError = {
  line: 1,
  text: `it has more than ${String(MOST_BYTES)} bytes, the most a plan may have`,
};
const TOO_DEEP: FileError = { line: 1, text: 'it is nested too deep to be read' };
const wrong = (...errors: readonly FileError[]): ReadPlanFile => ({ kind: 'wrong', errors });

/** Reads a plan from a YAML (or JSON) file. What cannot be used is told with its line; nothing is thrown. */
export function readPlanFile(bytes: Uint8Array): ReadPlanFile {
  if (bytes.length > MOST_BYTES) return wrong(TOO_LARGE);
  const text = textOf(bytes);
  if (text === null) return wrong({ line: 1, text: 'it is no text in UTF-8' });
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line || 1;
  let document: Document.Parsed;
  let value: unknown;
  try {
    // Its own look for keys that stand twice compares every key with every other, for minutes in a hostile file.
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: false,
    });
    const problems = [...document.errors, ...document.warnings];
    if (problems.some(({ message }) => message.includes('call stack'))) return wrong(TOO_DEEP);
    if (problems.length > 0)
      return wrong(
        ...problems
          .slice(0, MOST_ERRORS)
          .map((error) => ({ line: lineAt(error.pos[0]), text: error.message })),
      );
    const alias = findAlias(document);
    if (alias !== null)
      return wrong({
        line: lineAt(alias),
        text: 'anchors and aliases have no place in a plan; write it out',
      });
    const twice = findTwice(document);
    if (twice !== null)
      return wrong({ line: lineAt(twice), text: 'map keys must be unique: this one stands twice' });
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    // Nested so deep that the parser gives up.
    return wrong(TOO_DEEP);
  }
  if (value === null || value === undefined) return { kind: 'empty' };
  const parsed = PlanFileShape.safeParse(value);
  if (!parsed.success) {
    const { issues } = parsed.error;
    return wrong(
      ...issues
        .slice(0, MOST_ERRORS)
        .flatMap((issue) => issueErrors(issue, document, lineAt))
        .slice(0, MOST_ERRORS),
    );
  }
  const { version, ref, ...plan } = parsed.data;
  return {
    kind: 'read',
    file: { plan, version: version ?? null, ref: ref ?? null },
    lineOf: (sentence) => lineAt(placeOf(document, plan, sentence)),
  };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function findAlias(document: Document.Parsed): number | null {
  let found: number | null = null;
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node) && node.anchor === undefined) return undefined;
      found = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

/** A key that a map has a second time. */
function findTwice(document: Document.Parsed): number | null {
  let found: number | null = null;
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : null;
        if (name === null) continue;
        if (seen.has(name)) {
          found = startOf(key) ?? 0;
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

function issueErrors(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  lineAt: (offset?: number) => number,
): FileError[] {
  const steps = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const where =
    steps.length === 0
      ? 'the file'
      : steps.map((step) => (typeof step === 'number' ? String(step + 1) : step)).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_ERRORS).map((key) => ({
      line: lineAt(offsetOf(document, [...steps, key])),
      text: `${where}: there is no key ${key.slice(0, 100)} here`,
    }));
  }
  return [{ line: lineAt(offsetOf(document, steps)), text: `${where}: ${issue.message}` }];
}

/** Where a value stands, by its key; the nearest thing above it where it is missing. */
function offsetOf(document: Document.Parsed, steps: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of steps) {
    if (!isCollection(node)) break;
    const item: unknown = node.items.find((candidate, index) =>
      isPair(candidate)
        ? isScalar(candidate.key) && String(candidate.key.value) === String(step)
        : index === step,
    );
    if (item === undefined) break;
    offset = startOf(isPair(item) ? item.key : item) ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? (node as Node).range?.[0] : undefined;
}

/** Keys of a task that sentences of the plan check are about, by what they hold. */
const TOLD_KEYS = ['specialist', 'dependsOn', 'owns', 'shares'] as const;

/** The value of the first task named in a sentence that the sentence repeats; else the task itself; else the tasks. */
function placeOf(document: Document.Parsed, plan: Plan, sentence: string): number {
  const names = sentence.match(/backend-T[0-9]{3,}/g) ?? [];
  const id = names.find((name) => plan.tasks.some((task) => task.id === name));
  const index = plan.tasks.findIndex((task) => task.id === id);
  if (index < 0) return offsetOf(document, ['tasks']);
  const node: unknown = document.getIn(['tasks', index], true);
  if (isMap(node)) {
    for (const key of TOLD_KEYS) {
      const held: unknown = node.get(key, true);
      const values: readonly unknown[] = isSeq(held) ? held.items : [held];
      const told = values.find(
        (item) =>
          isScalar(item) &&
          typeof item.value === 'string' &&
          repeats(sentence, key === 'specialist' ? mention(item.value) : item.value, id),
      );
      const start = startOf(told);
      if (start !== undefined) return start;
    }
  }
  return offsetOf(document, ['tasks', index, 'id']);
}

function repeats(sentence: string, value: string, id: string | undefined): boolean {
  if (value === id) return sentence.split(value).length > 2 || sentence.includes('depends on itself');
  const at = sentence.indexOf(value);
  return at >= 0 && !/[\w/-]/.test(sentence.charAt(at + value.length));
}
