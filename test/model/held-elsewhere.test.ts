// Needs nothing: prompts are texts.
import { planPrompt } from '../../src/model/prompts/plan';
import { NOTHING_TOUCHED } from '../domain/tasks';
import { dossierFixture } from './fixtures';

const prompt = (held?: readonly string[]): string =>
  planPrompt({
    dossier: dossierFixture(),
    analysis: NOTHING_TOUCHED,
    refusals: [],
    comment: null,
    ...(held === undefined ? {} : { held }),
  });

it('the planner hears what other objectives hold', () => {
  const line = 'objective-a-00000001 (backend-T003): src/auth/**';
  expect(prompt([line])).toMatch(/HELD BY OTHER OBJECTIVES:\n[^]*has to wait[^]*\n- objective-a-00000001 /);
});

it('and reads the same as ever where they hold nothing', () => {
  expect(prompt([])).toBe(prompt());
  expect(prompt()).not.toContain('HELD BY');
});
