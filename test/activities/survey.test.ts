// Needs no server: activities in a mock environment, over fakes of their ports.
import type { Worktrees } from '../../src/ports/workspace';
import { objectiveInput } from '../support/department';
import { DOSSIER, createBench } from './ports';

function survey(warm: Worktrees['warm'], maxParallel = 3) {
  const input = { ...objectiveInput(), options: { ...objectiveInput().options, maxParallel } };
  return createBench({
    repositories: {
      prepare: () => Promise.resolve({ head: input.baseCommit }),
      listFiles: () => Promise.resolve(['package.json']),
      readFile: () => Promise.resolve(null),
    },
    worktrees: { warm },
    surveyor: { survey: () => Promise.resolve(DOSSIER.survey) },
  }).then(async (bench) => ({ input, result: await bench.run('surveyRepository', input) }));
}

describe('the survey', () => {
  it('has worktrees made on the base, as many as will run at once and at most four, and does not wait', async () => {
    const asked: unknown[] = [];
    const never = (request: unknown): Promise<void> => {
      asked.push(request);
      return new Promise(() => undefined);
    };
    const { input } = await survey(never);
    await survey(never, 40);
    const request = { objectiveId: input.objectiveId, commit: input.baseCommit };
    expect(asked).toEqual([
      { ...request, count: 3 },
      { ...request, objectiveId: expect.any(String), count: 4 },
    ]);
  });

  it('does not fail when none can be made', async () => {
    const { input, result } = await survey(() => Promise.reject(new Error('no room')));
    expect(result).toMatchObject({ baseCommit: input.baseCommit });
  });
});
