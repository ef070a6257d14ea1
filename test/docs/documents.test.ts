// Needs no server.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseConfigFileTextToJson } from 'typescript';
import { z } from 'zod';
import { MESSAGE_SCHEMAS } from '../../scripts/write-schemas';
import { COMMANDS } from '../../src/cli/commands';
import { packageRoot } from '../../src/config/package-root';
import { parseConfiguration } from '../../src/domain/target/configuration';
import { DECISIONS, Escalation } from '../../src/domain/escalation/escalation';
import { DEFAULT_SETTINGS } from '../../src/domain/usage/model-settings';
import { EXIT_CODES } from '../../src/domain/common/exit-codes';
import {
  MESSAGES,
  OBJECTIVE_WORKFLOW,
  QUERIES,
  SEARCH_ATTRIBUTES,
  TASK_QUEUE,
} from '../../src/domain/objective/messages';
import { ObjectiveState, Outcome, TaskState } from '../../src/domain/department/states';
import { TECH_LEAD } from '../../src/domain/department/specialists';
import { ObjectiveResult } from '../../src/domain/objective/status';
import { EscalationReason } from '../../src/domain/department/triggers';
import { loadRoles } from '../../src/model/roles';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { code, headings, jsonBlocks, listAfter, readDocument, section, table } from './documents';

const readme = readDocument('README.md');
const messages = readDocument('docs/messages.md');
const operations = readDocument('docs/operations.md');
const messageNames = Object.keys(MESSAGE_SCHEMAS) as (keyof typeof MESSAGE_SCHEMAS)[];

describe('docs/messages.md', () => {
  test('has a section for every message and query, and for nothing else', () => {
    const named = (part: string): string[] => headings(section(messages, part), 3).map(code).sort();
    expect(named('## Signals and updates')).toEqual(Object.values(MESSAGES).sort());
    expect(named('## Queries')).toEqual(Object.values(QUERIES).sort());
  });

  test.each(messageNames)('tells the fields of %s, all and only those, with valid examples', (name) => {
    const text = section(messages, `### \`${name}\``);
    const schema = MESSAGE_SCHEMAS[name];
    const fields = table(text, 'field');
    expect(fields.map(([field]) => code(field)).sort()).toEqual(Object.keys(schema.shape).sort());
    const needed = fields.filter((row) => row[1] === 'yes').map(([field]) => code(field));
    expect(needed.sort()).toEqual(z.toJSONSchema(schema, { io: 'input' }).required?.toSorted());
    const examples = jsonBlocks(text);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) schema.parse(example);
  });

  test('explains every decision', () => {
    const rows = table(section(messages, '### `resolveEscalation`'), 'decision');
    expect(rows.map(([name]) => code(name))).toEqual([...DECISIONS]);
  });

  test('explains every trigger, in the order of the code', () => {
    const rows = table(section(messages, '### `openEscalations`'), 'trigger');
    expect(rows.map(([name]) => code(name))).toEqual(EscalationReason.options);
  });

  test('shows open questions as the query answers them', () => {
    const [example] = jsonBlocks(section(messages, '### `openEscalations`'));
    z.array(Escalation).min(1).parse(example);
  });

  test('lists the states, the outcomes, the result, the workflow type and the task queue', () => {
    const status = section(messages, '### `objectiveStatus`');
    expect(listAfter(status, 'States of an objective')).toEqual(ObjectiveState.options);
    expect(listAfter(status, 'States of a task')).toEqual(TaskState.options);
    expect(listAfter(status, 'Outcomes')).toEqual(Outcome.options);
    const shape = Object.keys(ObjectiveResult.shape).map((key) => `"${key}"`);
    expect(section(messages, '## Result')).toContain(`{${shape.join(', ')}}`);
    expect(messages).toContain(`\`${OBJECTIVE_WORKFLOW}\``);
    expect(messages).toContain(`\`${TASK_QUEUE}\``);
  });
});

describe.each([
  ['README.md', readme, 'exit code'],
  ['docs/operations.md', operations, 'code'],
])('the exit codes of %s', (_, text, header) => {
  test('are those of the code', () => {
    const rows = EXIT_CODES.map((row) => [String(row.code), row.meaning]);
    expect(table(text, header)).toEqual(rows);
  });
});

describe('README.md', () => {
  test('lists every command as --help does', () => {
    const rows = table(section(readme, '## Commands'), 'command').map(([call, what]) => [code(call), what]);
    expect(rows).toEqual(
      COMMANDS.map((command) => [`${command.name} ${command.args}`.trim(), command.summary]),
    );
  });

  test('lists every option of start-objective as --help does', () => {
    const rows = table(readme, 'option of `start-objective`').map(([flags, what]) => [code(flags), what]);
    const command = COMMANDS.find((row) => row.name === 'start-objective');
    expect(rows).toEqual(command?.options.map((option) => [option.flags, option.help]));
  });

  test('lists every playbook with an objective it covers, its sample and its scenarios', async () => {
    const playbooks = await loadPlaybooks(join(packageRoot(), 'playbooks'));
    const rows = table(section(readme, '## The offline model'), 'playbook');
    expect(rows.map(([name]) => name).sort()).toEqual(playbooks.map(({ name }) => name).sort());
    for (const [name, objective, on, scenarios] of rows) {
      const sample = /^[\w-]+/.exec(on ?? '')?.[0] ?? null;
      const covering = findCoverage(playbooks, code(objective), sample);
      expect(covering?.name).toBe(name);
      const named = [...(scenarios ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]);
      expect(named).toEqual(covering?.scenarios.map((scenario) => scenario.name));
    }
  });
});

describe('docs/operations.md', () => {
  test('lists every variable the product reads', () => {
    const source =
      readDocument('src/config/environment.ts').split('const Variables')[1]?.split('});')[0] ?? '';
    const read = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]);
    const listed = table(section(operations, '## Environment'), 'variable').map(([name]) => code(name));
    // Read beside the others, by the entry of the command line.
    expect(listed.sort()).toEqual([...read, 'COORDINATOR_DEBUG'].sort());
  });

  test('lists the search attributes', () => {
    const rows = table(section(operations, '## Search attributes'), 'name');
    expect(rows.map(([name, type]) => [code(name), type?.toUpperCase()])).toEqual(
      SEARCH_ATTRIBUTES.map(({ name, type }) => [name, type]),
    );
  });
});

describe('docs/roles.md', () => {
  test('lists what each role thinks with, as its file and the code say', async () => {
    const roles = await loadRoles(join(packageRoot(), 'agents'));
    const rows = table(readDocument('docs/roles.md'), 'role').map(([name, ...settings]) => [
      code(name),
      ...settings,
    ]);
    const own = [...roles.values()].filter((role) => role.name !== TECH_LEAD);
    const brought = ['a specialist the repository brings', DEFAULT_SETTINGS.model, DEFAULT_SETTINGS.effort];
    const expected = [...own.map(({ name, model, effort }) => [name, model, effort]), brought];
    expect(rows.sort()).toEqual(expected.sort());
  });
});

describe('coordinator.config.example.jsonc', () => {
  test('is a configuration once its comments are gone', () => {
    const file = 'coordinator.config.example.jsonc';
    const parsed = parseConfigFileTextToJson(file, readDocument(file));
    expect(parsed.error).toBeUndefined();
    expect(() => parseConfiguration(JSON.stringify(parsed.config), file)).not.toThrow();
  });

  test('is plain JSON once its comments are gone', () => {
    const text = readDocument('coordinator.config.example.jsonc').replace(/^\s*\/\/.*$/gm, '');
    expect(() => {
      JSON.parse(text);
    }).not.toThrow();
  });
});

describe('links between documents', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', ...inFolder('docs'), ...inFolder('docs/decisions')];

  test.each(documents)('%s links only to what is there', (path) => {
    const targets = [...readDocument(path).matchAll(/(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g)].map(
      (match) => match[1] ?? '',
    );
    const broken = targets
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => !existsSync(join(packageRoot(), dirname(path), target.replace(/#.*$/, ''))));
    expect(broken).toEqual([]);
  });

  test.each(documents)('%s links only to headings that are there', (path) => {
    const targets = [...readDocument(path).matchAll(/\]\(([^)\s#]*)#([^)\s]+)\)/g)];
    const broken = targets.filter(([, file = '', anchor = '']) => {
      if (/^https?:/.test(file)) return false;
      const text = readDocument(file === '' ? path : join(dirname(path), file));
      return ![1, 2, 3, 4].flatMap((level) => headings(text, level).map(anchorOf)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** The anchor GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function inFolder(folder: string): string[] {
  return readdirSync(join(packageRoot(), folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}
