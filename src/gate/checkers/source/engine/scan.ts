import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { GateSlug } from '../../../../domain/quality-gate/gate-items';
import type { Evidence, GateFinding } from '../../../../domain/quality-gate/receipt';
import { redactSecrets } from '../../../../process/redact';
import type { Inspection } from '../../../inspection';
import { languageOf } from './languages';
import { parseFile } from './parsed-file';
import { isMinified, type Role, roleOf } from './paths';
import { projectOf } from './project';
import { matchesOf, type SourceRule } from './rule';

const LARGEST_SOURCE = 512 * 1024;
const MOST_SOURCES = 5000;

/** What the rules of one item found in a tree. */
interface ScanResult {
  readonly findings: readonly GateFinding[];
  readonly evidence: readonly Evidence[];
}

export interface Scan {
  readonly sources: number;
  /** Sources beyond what is looked at. */
  readonly leftOut: number;
  result(item: GateSlug): ScanResult;
}

const scans = new WeakMap<Inspection, Promise<Scan>>();

/** Runs rules over every source of the tree, once per inspection. */
export function scanSources(inspection: Inspection, rules: readonly SourceRule[]): Promise<Scan> {
  const known = scans.get(inspection) ?? scan(inspection, rules);
  scans.set(inspection, known);
  return known;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly role: Role;
}

async function scan(inspection: Inspection, rules: readonly SourceRule[]): Promise<Scan> {
  const { sources, leftOut, manifests } = await readSources(inspection);
  const project = projectOf(sources, manifests);
  const results = new Map<GateSlug, FindingList>();
  for (const { path, text, role } of sources) {
    inspection.signal.throwIfAborted();
    // Syntax trees are made and walked without a pause; heartbeats and other checkers get their turn between files.
    await setImmediate();
    const language = languageOf(path);
    const file = parseFile(path, text, project);
    for (const rule of rules) {
      if (rule.language !== language || !appliesTo(rule, role)) continue;
      for (const node of matchesOf(rule, file)) {
        const list = results.get(rule.item) ?? createFindingList();
        results.set(rule.item, list);
        const line = node.range().start.line + 1;
        list.add({
          rule: rule.id,
          message: rule.message,
          file: path,
          line,
          snippet: node.text(),
          quote: lineAt(text, line),
        });
      }
    }
  }
  return {
    sources: sources.length,
    leftOut,
    result: (item) => results.get(item)?.result() ?? { findings: [], evidence: [] },
  };
}

function appliesTo(rule: SourceRule, role: Role): boolean {
  if (rule.where === 'tests') return role === 'test';
  return role === 'service' || (role === 'program' && rule.where !== 'service');
}

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

async function readSources(inspection: Inspection): Promise<{
  readonly sources: readonly Source[];
  readonly leftOut: number;
  readonly manifests: readonly Readonly<Record<string, string>>[];
}> {
  const files = await inspection.files();
  const candidates = files.paths.flatMap((path) => {
    const role = languageOf(path) === null ? null : roleOf(path);
    return role === null ? [] : [{ path, role }];
  });
  const sources: Source[] = [];
  for (const { path, role } of candidates.slice(0, MOST_SOURCES)) {
    const text = await files.read(path);
    if (text !== null && text.length <= LARGEST_SOURCE && !isMinified(text))
      sources.push({ path, role, text });
  }
  const manifests: Readonly<Record<string, string>>[] = [];
  for (const path of files.paths.filter(
    (name) => /(?:^|\/)package\.json$/.test(name) && !name.includes('node_modules/'),
  )) {
    const parsed = Manifest.safeParse(parseJson((await files.read(path)) ?? ''));
    if (parsed.success) manifests.push({ ...parsed.data.devDependencies, ...parsed.data.dependencies });
  }
  return { sources, leftOut: Math.max(0, candidates.length - MOST_SOURCES), manifests };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function lineAt(text: string, line: number): string {
  return text.split('\n')[line - 1]?.trim() ?? '';
}

interface Found {
  readonly rule: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  /** What makes the finding the same in another tree. */
  readonly snippet: string;
  readonly quote: string;
}

export interface FindingList {
  add(found: Found): void;
  result(): ScanResult;
}

/** Findings by key; the same text twice in a file is one finding of amount 2. */
export function createFindingList(): FindingList {
  const byKey = new Map<string, { readonly found: Found; amount: number }>();
  return {
    add(found) {
      const snippet = redactSecrets(found.snippet).replace(/\s+/g, ' ').trim().slice(0, 160);
      const key = `${found.rule}:${found.file}:${snippet}`;
      const known = byKey.get(key) ?? { found, amount: 0 };
      known.amount += 1;
      byKey.set(key, known);
    },
    result() {
      const rows = [...byKey];
      return {
        findings: rows.map(([key, { found, amount }]) => ({
          key: key.slice(0, 300),
          text: `${found.message} (${found.rule})`,
          file: found.file,
          line: found.line,
          amount,
        })),
        evidence: rows.map(([, { found }]) => ({
          kind: 'source' as const,
          file: found.file,
          line: found.line,
          quote: redactSecrets(found.quote).slice(0, 500),
        })),
      };
    },
  };
}
