import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../domain/common/user-error';
import { MigrationDesign } from '../domain/database/migration-design';
import type { LoadedDesign } from './change-sections';
import { Playbook, type Answer, type LoadedAnswer, type LoadedPlaybook, type LoadedReply } from './playbook';

/**
 * Reads every `<dir>/<name>/playbook.yaml` with the files it names, in order of name.
 * @throws ConfigurationError naming the playbook, the place in it and what is wrong there.
 */
export async function loadPlaybooks(dir: string): Promise<readonly LoadedPlaybook[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => loadPlaybook(join(dir, name), name)));
}

async function loadPlaybook(dir: string, folder: string): Promise<LoadedPlaybook> {
  const source = await readFile(join(dir, 'playbook.yaml'), 'utf8').catch((error: unknown) => {
    throw broken(folder, 'playbook.yaml could not be read', error);
  });
  const parsed = Playbook.safeParse(parseDocument(folder, 'playbook.yaml', source));
  if (!parsed.success) throw broken(folder, describeIssue(parsed.error));
  const playbook = parsed.data;
  if (playbook.name !== folder) throw broken(folder, `its name is "${playbook.name}" and not its folder's`);
  checkReferences(folder, playbook);
  const scenarios = playbook.scenarios.map((scenario) => scenario.name);
  const files = createFileReader(folder, join(dir, 'files'));
  const answers = await Promise.all(playbook.answers.map((answer) => loadAnswer(answer, scenarios, files)));
  const design = await Promise.all(
    (playbook.design ?? []).map((row) => loadDesign(folder, row, scenarios, files)),
  );
  return { ...playbook, answers, design };
}

async function loadDesign(
  folder: string,
  { task, scenarios, file }: NonNullable<Playbook['design']>[number],
  all: readonly string[],
  files: FileReader,
): Promise<LoadedDesign> {
  const parsed = MigrationDesign.safeParse(await files.data(file));
  if (!parsed.success) throw broken(folder, `files/${file} is no design, ${describeIssue(parsed.error)}`);
  return { task, scenarios: scenarios ?? all, design: parsed.data };
}

function checkReferences(folder: string, playbook: Playbook): void {
  const scenarios = new Set(playbook.scenarios.map((scenario) => scenario.name));
  const ids = new Set<string>();
  for (const answer of playbook.answers) {
    if (ids.has(answer.id)) throw broken(folder, `two answers have the id "${answer.id}"`);
    ids.add(answer.id);
  }
  const checkScenarios = (what: string, names: readonly string[] | undefined): void => {
    const unknown = names?.find((name) => !scenarios.has(name));
    if (unknown !== undefined)
      throw broken(folder, `${what} names the scenario "${unknown}", which is not listed`);
  };
  for (const row of playbook.design ?? []) checkScenarios(`the design of ${row.task}`, row.scenarios);
  for (const row of playbook.validate?.changes ?? []) checkScenarios('a change in validate', row.scenarios);
  for (const answer of playbook.answers) {
    checkScenarios(`answer "${answer.id}"`, answer.scenarios);
    for (const after of [answer.when, ...(answer.unless ?? [])].flatMap((row) => row.after ?? [])) {
      if (!ids.has(after))
        throw broken(folder, `answer "${answer.id}" comes after "${after}", which does not exist`);
    }
  }
}

interface FileReader {
  text(path: string): Promise<string>;
  data(path: string): Promise<unknown>;
}

function createFileReader(folder: string, root: string): FileReader {
  async function text(path: string): Promise<string> {
    return readFile(join(root, path), 'utf8').catch((error: unknown) => {
      throw broken(folder, `files/${path} could not be read`, error);
    });
  }
  return {
    text,
    async data(path) {
      const source = await text(path);
      return extname(path) === '.json' || /\.ya?ml$/.test(path)
        ? parseDocument(folder, path, source)
        : source;
    },
  };
}

async function loadAnswer(
  answer: Answer,
  scenarios: readonly string[],
  files: FileReader,
): Promise<LoadedAnswer> {
  return {
    id: answer.id,
    scenarios: answer.scenarios ?? scenarios,
    when: answer.when,
    unless: answer.unless ?? [],
    repeat: answer.repeat,
    reply: await loadReply(answer.reply, files),
  };
}

async function loadReply(reply: Answer['reply'], files: FileReader): Promise<LoadedReply> {
  if ('error' in reply) {
    const { retryAfterSeconds = null, ...error } = reply.error;
    return { kind: 'error', ...error, retryAfterSeconds };
  }
  if ('jsonFile' in reply) return { kind: 'json', value: await files.data(reply.jsonFile) };
  if ('json' in reply) return { kind: 'json', value: await fillIn(reply.json, files) };
  const tools = await Promise.all(
    reply.tools.map(async (call) =>
      'write' in call
        ? {
            name: 'write',
            input: { file_path: call.write, content: await files.text(call.from ?? call.write) },
          }
        : { name: call.name, input: await fillInRecord(call.input, files) },
    ),
  );
  return { kind: 'turn', text: reply.text ?? null, tools, stop: reply.stop ?? null };
}

const FileReference = z.strictObject({ file: z.string() });

/** Replaces every nested `{file: path}` by the text of that file. */
async function fillIn(value: unknown, files: FileReader): Promise<unknown> {
  const reference = FileReference.safeParse(value);
  if (reference.success) return files.text(reference.data.file);
  if (Array.isArray(value)) return Promise.all(value.map((item) => fillIn(item, files)));
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  return record.success ? fillInRecord(record.data, files) : value;
}

async function fillInRecord(
  record: Readonly<Record<string, unknown>>,
  files: FileReader,
): Promise<Record<string, unknown>> {
  const entries = Object.entries(record).map(
    async ([key, value]) => [key, await fillIn(value, files)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function parseDocument(folder: string, path: string, source: string): unknown {
  try {
    const value: unknown = parseYaml(source);
    return value;
  } catch (error) {
    throw broken(
      folder,
      `${path} is not YAML: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** The deepest complaint: of a choice of shapes the one that came furthest is the one meant. */
function describeIssue(error: z.ZodError): string {
  const deepest = error.issues
    .flatMap((issue) => flatten(issue, []))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return deepest === undefined
    ? 'it does not parse'
    : `at ${deepest.path.map(String).join('.')}: ${deepest.message}`;
}

interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function flatten(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Complaint[] {
  const path = [...above, ...issue.path];
  const inner = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  return inner.length === 0 ? [{ path, message: issue.message }] : inner.flatMap((row) => flatten(row, path));
}

function broken(folder: string, what: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `The playbook "${folder}" cannot be used: ${what}; mend it or remove its folder.`,
    {
      cause,
    },
  );
}
