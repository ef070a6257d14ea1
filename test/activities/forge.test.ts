// Needs nothing: the activity runs alone, over scripted ports.
import { ForgeFailure } from '../../src/domain/pull-request/forge-failure';
import { BASE, createBench } from './ports';

const REPORT = '/home/ada/reports/objective-test.md';
const BRANCH = 'coordinator/objective-test';

test('without an origin nothing is pushed, and the note says what to do by hand', async () => {
  const bench = await createBench({ repositories: { origin: () => Promise.resolve(null) } });
  const request = { handle: bench.handle, branch: BRANCH, commit: BASE, report: REPORT };
  const { pullRequest, note } = await bench.run('openPullRequest', request);
  expect(pullRequest).toBeNull();
  expect(note).toMatch(
    /no usable remote "origin"; push coordinator\/objective-test yourself, the report \/home/,
  );
});

test('on a host without pull requests the branch is pushed, and the note says where the report is', async () => {
  const pushed: unknown[] = [];
  const bench = await createBench({
    repositories: {
      origin: () => Promise.resolve('/srv/git/orders.git'),
      push: (request) => {
        pushed.push(request);
        return Promise.resolve();
      },
    },
  });
  const request = { handle: bench.handle, branch: BRANCH, commit: BASE, report: REPORT };
  const { note } = await bench.run('openPullRequest', request);
  expect(pushed).toEqual([
    {
      objectiveId: 'objective-test',
      address: '/srv/git/orders.git',
      commit: BASE,
      branch: BRANCH,
      credentials: null,
    },
  ]);
  expect(note).toBe(
    `${BRANCH} is pushed, but no pull request was opened: this test has no forge; the report ${REPORT} has the text for it.`,
  );
});

test('a push that is refused for good is told at once and not tried again', async () => {
  const refused = new ForgeFailure(
    'Forge.Refused',
    'The branch could not be pushed (GH006: Protected branch).',
  );
  const bench = await createBench({
    repositories: {
      origin: () => Promise.resolve('git@git.example:acme/orders.git'),
      push: () => Promise.reject(refused),
    },
  });
  const request = { handle: bench.handle, branch: BRANCH, commit: BASE, report: REPORT };
  expect(await bench.run('openPullRequest', request)).toEqual({
    pullRequest: null,
    note: 'The branch could not be pushed (GH006: Protected branch).',
  });
});

test('a push that failed otherwise is told by whoever failed', async () => {
  const bench = await createBench({
    repositories: {
      origin: () => Promise.resolve('git@git.example:acme/orders.git'),
      push: () => Promise.reject(new Error('The branch could not be pushed (the connection was reset).')),
    },
  });
  const request = { handle: bench.handle, branch: BRANCH, commit: BASE, report: REPORT };
  expect(String(await bench.failure('openPullRequest', request))).toMatch(/the connection was reset/);
});
