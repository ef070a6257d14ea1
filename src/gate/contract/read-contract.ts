import type { CommitFiles, ContractReading, ReadContract } from '../../ports/contracts';
import { CannotTell } from '../checker';
import { lintDocument } from '../checkers/api/redocly-lint';
import type { SpecFinding } from '../checkers/api/spec-checker';
import { GRAPHQL_FILE, type OpenApiDescription } from '../facts/api-description';
import { describeOpenApi } from '../facts/api/describe-openapi';
import { parseText } from '../facts/api/parse-text';
import { bundleOpenApi } from './bundle-openapi';
import { contractProblems } from './openapi-problems';
import { readGraphql } from './read-graphql';

/** All files of a spec, in characters: everything of it is parsed, linted, drawn and compiled. */
const LARGEST_SPEC = 2 * 1024 * 1024;
const MOST_PROBLEMS = 10;

/** Reads a spec as the gate does, refuses what cannot be built upon, and makes one document of it. */
export const readContract: ReadContract = async (path, files) => {
  try {
    return (await isGraphql(path, files)) ? await readSchema(path, files) : await readOpenApi(path, files);
  } catch (error) {
    if (error instanceof CannotTell) return refused([`${path} · ${error.message}`]);
    throw error;
  }
};

function refused(problems: readonly string[]): ContractReading {
  return {
    kind: 'refused',
    problems: problems.slice(0, MOST_PROBLEMS).map((line) => line.replace(/\s+/g, ' ').slice(0, 490)),
  };
}

/** A file of SDL, or a folder with some. */
async function isGraphql(path: string, files: CommitFiles): Promise<boolean> {
  if (GRAPHQL_FILE.test(path)) return true;
  return (await schemaFiles(path, files)).length > 0;
}

async function schemaFiles(path: string, files: CommitFiles): Promise<readonly string[]> {
  const inside = (await files.list()).filter(
    (name) => name.startsWith(`${path.replace(/\/$/, '')}/`) && GRAPHQL_FILE.test(name),
  );
  return [...inside].sort();
}

/** Reads files, and no more of them than a spec may have. */
function measured(files: CommitFiles): {
  readonly read: (path: string) => Promise<string | null>;
  readonly sources: Map<string, string>;
} {
  const sources = new Map<string, string>();
  let left = LARGEST_SPEC;
  return {
    sources,
    read: async (path) => {
      const text = sources.get(path) ?? (await files.read(path));
      if (text === null || sources.has(path)) return text;
      left -= text.length;
      if (left < 0) {
        throw new CannotTell(
          'the spec is larger than 2 MiB; a contract that large is split into several (size)',
        );
      }
      sources.set(path, text);
      return text;
    },
  };
}

const listed = (sources: ReadonlyMap<string, string>): { readonly path: string; readonly text: string }[] =>
  [...sources].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1));

async function readSchema(path: string, files: CommitFiles): Promise<ContractReading> {
  const { read, sources } = measured(files);
  const names = GRAPHQL_FILE.test(path) ? [path] : await schemaFiles(path, files);
  for (const name of names) await read(name);
  if (sources.size === 0) return refused([`${path} · it is not in the commit (missing)`]);
  const reading = await readGraphql(listed(sources));
  return reading.kind === 'refused'
    ? reading
    : { kind: 'graphql', sdl: reading.sdl, sources: listed(sources) };
}

async function readOpenApi(path: string, files: CommitFiles): Promise<ContractReading> {
  const { read, sources } = measured(files);
  const text = await read(path);
  if (text === null) return refused([`${path} · it is not in the commit (missing)`]);
  const api = await describeOpenApi({ source: path, from: 'file', text, basePath: null, read });
  if (!/^3\.[01](?:\.|$)/.test(String(api.written['openapi']))) {
    return refused([`${path} · a contract is written in OpenAPI 3.0 or 3.1 (version)`]);
  }
  const remote = api.remote.map(
    (reference) =>
      `${path} · ${reference.slice(0, 200)} is not in the repository, and nothing is fetched (no-remote-refs)`,
  );
  if (remote.length > 0) return refused(remote);
  const findings = await lintDocument(api);
  if (findings.length > 0) return refused(findings.map((finding) => lineOf(api, finding)));
  const parsed = new Map([...sources].map(([name, source]) => [name, parseText(name, source).value]));
  const document = await bundleOpenApi(path, parsed);
  const problems = contractProblems(document);
  if (problems.length > 0) return refused(problems.map((finding) => lineOf(api, finding)));
  return { kind: 'openapi', document, sources: listed(sources) };
}

/** File and line, what is wrong, and the rule that says so. */
function lineOf(api: OpenApiDescription, { at, text }: SpecFinding): string {
  const place = at === undefined ? null : api.locate(at);
  return `${place === null ? api.source : `${place.file}:${String(place.line)}`} · ${text}`;
}
