import type { GateChecker } from '../../../checker';
import type { Inspection } from '../../../inspection';
import { createFindingList, type FindingList } from '../engine/scan';
import { findSecretsIn, isScanned, type SecretHit } from './shapes';
import { lintSecrets } from './secretlint';

interface ScannedText {
  readonly path: string;
  readonly text: string;
  /** Null: the tree itself. */
  readonly commit: string | null;
  /** Line of the file that each line of the text is; absent: the same. */
  readonly lines?: readonly number[];
}

const MOST_CHARACTERS = 64 * 1024 * 1024;

/** Secrets in the tree, and in every commit between base and target: what was added and removed again is known to all. */
export const SECRET_CHECKER: GateChecker = {
  name: 'secret-scan',
  version: '1',
  subjects: ['no-hardcoded-secrets'],
  scope: 'task',
  reads: isScanned,
  comparesWithBase: true,
  control: () => findsPlanted(),
  check: async (inspection) => {
    const tree = await readTree(inspection);
    const commits = await readCommits(inspection);
    const found = createFindingList();
    const seen = new Set<string>();
    for (const scanned of [...tree, ...commits]) {
      inspection.signal.throwIfAborted();
      for (const hit of findSecretsIn(scanned.path, scanned.text)) report(found, seen, scanned, hit);
    }
    for (const texts of [tree, commits]) {
      for (const hit of await lintSecrets(texts, inspection.signal)) {
        const scanned = texts.find(({ path }) => path === hit.path);
        if (scanned !== undefined) report(found, seen, scanned, hit);
      }
    }
    const { findings, evidence } = found.result();
    const looked = `${String(tree.length)} files and ${String(new Set(commits.map(({ commit }) => commit)).size)} commits`;
    return [
      {
        subject: 'no-hardcoded-secrets',
        outcome:
          findings.length === 0
            ? { kind: 'ran-clean', note: looked }
            : { kind: 'ran-found', note: `${String(findings.length)} secrets in ${looked}`, findings },
        evidence,
      },
    ];
  },
};

/** One finding per secret and file, whichever rule saw it first. */
function report(found: FindingList, seen: Set<string>, scanned: ScannedText, hit: SecretHit): void {
  const line = scanned.lines?.[hit.line - 1] ?? hit.line;
  const places = [`${scanned.path}:${hit.fingerprint}`, `${scanned.path}:${String(line)}`];
  const isKnown = places.some((place) => seen.has(place));
  for (const place of places) seen.add(place);
  if (isKnown) return;
  const where =
    scanned.commit === null
      ? ''
      : ` in commit ${scanned.commit.slice(0, 12)}, which stays known when it is removed again`;
  found.add({
    rule: hit.kind,
    message: `A secret stands in the repository${where}: ${hit.hint}; revoke it, and read it from the environment`,
    file: scanned.path,
    line,
    snippet: hit.fingerprint,
    quote: `${hit.kind}: ${hit.hint}`,
  });
}

async function readTree(inspection: Inspection): Promise<readonly ScannedText[]> {
  const files = await inspection.files();
  const texts: ScannedText[] = [];
  let size = 0;
  for (const path of files.paths.filter(isScanned)) {
    const text = await files.read(path);
    if (text === null) continue;
    size += text.length;
    if (size > MOST_CHARACTERS) break;
    texts.push({ path, text, commit: null });
  }
  return texts;
}

async function readCommits(inspection: Inspection): Promise<readonly ScannedText[]> {
  const changes = await inspection.changes();
  return (await changes.commits()).flatMap(({ commit, added }) => {
    const byFile = new Map<string, { lines: number[]; texts: string[] }>();
    for (const { file, line, text } of added) {
      if (!isScanned(file)) continue;
      const known = byFile.get(file) ?? { lines: [], texts: [] };
      known.lines.push(line);
      known.texts.push(text);
      byFile.set(file, known);
    }
    return [...byFile].map(([path, { lines, texts }]) => ({ path, text: texts.join('\n'), commit, lines }));
  });
}

async function findsPlanted(): Promise<boolean> {
  // Put together here, so that no scan of this repository finds them.
  const key = `ghp_${'a1B2c3D4e5'.repeat(4)}`.slice(0, 40);
  const password = ['Tr0ub4dor', '&3x'].join('');
  const own = findSecretsIn('src/a.js', `const dbPassword = "${password}";\nconst k = "${key}";\n`);
  const text = `const slack = "${['xoxb', '123456789012', '1234567890123', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-')}";`;
  const linted = await lintSecrets([{ path: 'src/a.js', text }], new AbortController().signal);
  return own.length === 2 && linted.length > 0;
}
