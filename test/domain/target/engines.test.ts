// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { atLeast, meetsRequirement, parseVersion } from '../../../src/domain/target/engine-version';
import {
  type EngineFacts,
  lackingEngines,
  noteEngines,
  specialistsWithoutEngine,
} from '../../../src/domain/target/engines';
import { SURVEY } from '../../gate/support';

const HERE: EngineFacts = {
  node: { version: '20.20.2' },
  python3: { version: '3.11.7' },
  java: { version: '17.0.15' },
  mvn: { version: '3.8.7' },
};

test.each([
  ['20.20.2', '>=20.19', true],
  ['20.20.2', '^20.19 || >=22', true],
  ['20.20.2', '>=22', false],
  ['20.20.2', '20.x', true],
  ['20.20.2', '20', true],
  ['20.20.2', '18 - 20', true],
  ['20.20.2', '18 - 19', false],
  ['20.20.2', '~20.19.0', false],
  ['20.20.2', '>= 18 < 21', true],
  ['20.20.2', '*', true],
  ['3.11.7', '>=3.10,<4', true],
  ['3.11.7', '>=3.12', false],
  ['3.11.7', '~=3.10', true],
  ['3.11.7', '~=3.10.1', false],
  ['3.11.7', '==3.11.*', true],
  ['3.11.7', '!=3.11.*', false],
  ['3.11.7', '^3.10', true],
  ['3.9.2', '>=3.10', false],
  ['17.0.15', '>=17', true],
  ['17.0.15', '>=21', false],
  ['17.0.15', 'whatever the moon says', true],
])('%s meets %j: %s', (version, requirement, met) => {
  expect(meetsRequirement(version, requirement)).toBe(met);
});

test('versions compare by number, and none is never enough', () => {
  expect(atLeast(parseVersion('git version 2.39.5'), [2, 38])).toBe(true);
  expect(atLeast(parseVersion('git version 2.9.5'), [2, 38])).toBe(false);
  expect(atLeast(parseVersion('none'), [1])).toBe(false);
});

test('an engine that is there and new enough is not told', () => {
  expect(
    lackingEngines(
      [
        { name: 'java', requires: '>=17' },
        { name: 'mvn', requires: null },
      ],
      HERE,
    ),
  ).toEqual([]);
});

test('a missing engine and one that is too old are told with what is needed and what is there', () => {
  const facts: EngineFacts = { ...HERE, java: { missing: 'not on PATH' } };
  expect(
    lackingEngines(
      [
        { name: 'java', requires: null },
        { name: 'python3', requires: '>=3.12' },
      ],
      facts,
    ),
  ).toEqual(['a JDK is needed (java: not on PATH)', 'Python >=3.12 is needed, and python3 here is 3.11.7']);
});

test('specialists are named whose own engine is absent', () => {
  expect(specialistsWithoutEngine(HERE)).toBeNull();
  expect(specialistsWithoutEngine({ ...HERE, mvn: { missing: 'not on PATH' } })).toMatch(
    /: @java-expert \(no mvn\)$/,
  );
});

test('both are notes of the survey', () => {
  const survey = { ...SURVEY, notes: ['first'], engines: [{ name: 'node' as const, requires: '>=22' }] };
  const { notes } = noteEngines(survey, { ...HERE, python3: { missing: 'not on PATH' } });
  expect(notes).toEqual([
    'first',
    expect.stringContaining('Node.js >=22 is needed'),
    expect.stringContaining('@python-pro'),
  ]);
  expect(noteEngines({ ...survey, engines: undefined }, HERE).notes).toEqual(['first']);
});
