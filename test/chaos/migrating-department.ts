import { answerLastQuestion } from '../../bench/last-questions';
import { deploymentOf, rolloutOf } from '../../src/offline/change-answers';
import { readConversation } from '../../src/offline/conversation';
import { MessagesRequest } from '../../src/offline/messages-request';
import { NOTHING_TOUCHED, planTask } from '../domain/tasks';
import { DEPLOYMENT, DESIGN, ROLLOUT } from '../support/changes';
import { HANDOFF, turnOf, type StubAnswer, type StubRequest } from '../support/provider-stub';

/** A keeper of animals without dependencies: migrations in plain SQL, and a test that needs no database. */
export const REPOSITORY: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'animals', version: '1.0.0', private: true }),
  'test/animals.test.js': "require('node:test')('animals', () => {});\n",
  'migrations/0001_owners.up.sql':
    'CREATE TABLE owners (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);\n',
  'migrations/0001_owners.down.sql': 'DROP TABLE owners;\n',
  'docs/schema.md': '# Schema\n\n`owners`: who an animal belongs to.\n',
  'coordinator.config.json': JSON.stringify({
    version: 1,
    services: [
      {
        name: 'animals',
        install: null,
        build: null,
        lint: null,
        test: { cmd: ['node', '--test'] },
        database: { engine: 'postgres', migrations: { tool: 'sql-updown', dir: 'migrations' } },
      },
    ],
    coordination: { replica: { rows: 200 } },
    // Nothing here can be started or signed in to: what could not be told would ask a human at the end.
    gate: {
      waivers: ['no-hardcoded-secrets', 'authentication', 'secrets-in-env', 'db-tests', 'schema-docs'].map(
        (item) => ({ item, reason: 'There is no service, only a schema.', by: 'the test' }),
      ),
    },
  }),
};

/** What an objective asks for: the animal is all that tells one from another. */
export const objectiveOf = (animal: string): string => `Create table ${animal}.`;

/** The animal a request is about. */
export function animalOf(request: StubRequest): string {
  return /Create table ([a-z]+)/.exec(JSON.stringify(request.messages))?.[1] ?? '';
}

export const questionOf = (request: StubRequest): string | undefined =>
  request.output_config?.format?.schema.title;

/** Answers everything a schema change asks, from the request alone. `pageOf`: the file the task owns and writes. */
export function migratingDepartment(
  pageOf: (animal: string) => string = (animal) => `docs/${animal}.md`,
): (request: StubRequest) => StubAnswer {
  return (request) => {
    const animal = animalOf(request);
    const { told } = readConversation(MessagesRequest.parse(request));
    const title = questionOf(request);
    switch (title) {
      case undefined:
        return attempt(request, animal, pageOf(animal));
      case 'analyse':
        return json({ ...NOTHING_TOUCHED, schemaChanges: [`table ${animal}`] });
      case 'plan':
        return json({ summary: `A table ${animal}.`, tasks: [taskOf(animal, pageOf(animal))] });
      case 'design-migration':
        return json(designOf(animal));
      case 'plan-deployment':
        return json(deploymentOf(DEPLOYMENT, told));
      case 'choose-rollout':
        return json(rolloutOf({ together: ROLLOUT }, told));
    }
    const last = answerLastQuestion(title, told, { schemaChanges: [pageOf(animal)] });
    if (last === null) throw new Error(`Nothing is scripted for the question ${title}`);
    return json(last);
  };
}

function taskOf(animal: string, page: string) {
  return planTask(1, {
    title: `Create table ${animal}`,
    objective: objectiveOf(animal),
    kind: 'schema',
    specialist: 'database-optimizer',
    owns: [page],
    shares: ['migrations/**'],
  });
}

function designOf(animal: string) {
  return {
    ...DESIGN,
    summary: `${animal} get a table`,
    tables: DESIGN.tables.map((table) => ({
      ...table,
      table: animal,
      columns: [
        { name: 'id', change: 'add', type: 'bigint', nullable: false, default: null },
        { name: 'name', change: 'add', type: 'text', nullable: false, default: null },
      ],
      indexes: [],
    })),
    queries: [{ pattern: `one of ${animal} by its id`, servedBy: 'the primary key' }],
    volume: [{ table: animal, rows: 1000 }],
  };
}

/** Writes the migration under the number it is told, then hands off. */
function attempt(request: StubRequest, animal: string, page: string): StubAnswer {
  const { told } = readConversation(MessagesRequest.parse(request));
  const number = /^MIGRATION NUMBER: begin the file's name with (\S+)$/m.exec(told)?.[1];
  if (number === undefined) throw new Error(`The writer of ${animal} was told no number`);
  if (turnOf(request) > 0) return HANDOFF;
  const files = {
    [`migrations/${number}_${animal}.up.sql`]: `CREATE TABLE ${animal} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);\n`,
    [`migrations/${number}_${animal}.down.sql`]: `DROP TABLE ${animal};\n`,
    [page]: `# ${animal}\n\n\`${animal}\`: one row for each of the ${animal}.\n`,
  };
  return {
    kind: 'turn',
    tools: Object.entries(files).map(([path, content], index) => ({
      id: `toolu_${animal}_${String(index)}`,
      name: 'write',
      input: { file_path: path, content },
    })),
  };
}

function json(value: unknown): StubAnswer {
  return { kind: 'turn', text: JSON.stringify(value) };
}
