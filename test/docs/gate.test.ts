// Needs no server.
import { GateResult } from '../../src/domain/quality-gate/gate-result';
import { gate } from '../../src/cli/commands/gate';
import { GATE_CHECKERS } from '../../src/gate/checkers/table';
import { createCommandCheckers } from '../../src/gate/checkers/target-commands';
import { OPTIONAL_PROGRAMS } from '../../src/gate/programs';
import { createSetting } from '../gate/support';
import { code, readDocument, section, table } from './documents';

const text = readDocument('docs/gate.md');

describe('docs/gate.md', () => {
  test('names every checker of the code with its items and its scope, and no other', () => {
    const rows = table(section(text, '## Checkers'), 'checker').map(([name, items, scope]) => [
      code(name),
      items,
      scope,
    ]);
    const checkers = [...createCommandCheckers(createSetting('/nowhere')), ...GATE_CHECKERS];
    const known = checkers.map(({ name, subjects, scope }) => [name, subjects.join(', '), scope]);
    expect(rows.toSorted()).toEqual(known.toSorted());
  });

  test('says what each of them needs', () => {
    for (const [name, , , needs] of table(section(text, '## Checkers'), 'checker')) {
      expect(`${name ?? ''}: ${needs ?? ''}`).toMatch(/: \S/);
    }
  });

  test('shows the keys of the result, and every option of the command', () => {
    expect(text).toContain(`\`{${Object.keys(GateResult.shape).join(', ')}}\``);
    for (const { flags } of gate.options) expect(text).toContain(flags.split(' ')[0]);
  });
});

test('no two checkers have the same name, and every one but optional programs has a control', () => {
  const names = GATE_CHECKERS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const optional: readonly string[] = OPTIONAL_PROGRAMS.map(({ name }) => name);
  const without = GATE_CHECKERS.filter(
    ({ name, control }) => control === undefined && !optional.includes(name),
  );
  expect(without.map(({ name }) => name)).toEqual([]);
});
