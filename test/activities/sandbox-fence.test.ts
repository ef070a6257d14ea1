// Needs no server: activities in a mock environment, over fakes of their ports.
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createSurveyActivities } from '../../activities/survey';
import type { Ports } from '../../activities/ports';
import type { Records } from '../../activities/records';
import { ObjectiveInput } from '../../src/domain/objective/objective';

function untouched<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get: () => {
      throw new Error(`${name} was touched although nothing may run`);
    },
  });
}

const ports = {
  repositories: untouched<Ports['repositories']>('the repository'),
  worktrees: untouched<Ports['worktrees']>('the worktrees'),
  surveyor: untouched<Ports['surveyor']>('the surveyor'),
  sandbox: 'none',
  notifications: untouched<Ports['notifications']>('the notifications'),
  providerOf: () => 'provider',
};

const input = ObjectiveInput.parse({
  objectiveId: 'objective-add-login-0123abcd',
  objective: 'Add login',
  repository: { kind: 'path', path: '/srv/shop' },
  repositoryIdentity: '/srv/shop',
  baseRef: 'main',
  baseCommit: 'a'.repeat(40),
  model: { kind: 'anthropic' },
  options: {},
  configuration: null,
});

test('a worker without a sandbox refuses a foreign repository before it reads it', async () => {
  const { surveyRepository } = createSurveyActivities(ports, untouched<Records>('the store'));
  const refused: unknown = await new MockActivityEnvironment()
    .run(surveyRepository, input)
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApplicationFailure);
  expect(refused).toMatchObject({ type: 'Sandbox.Missing', nonRetryable: true });
});

test('with the permission of whoever started the objective it goes on to the repository', async () => {
  const { surveyRepository } = createSurveyActivities(ports, untouched<Records>('the store'));
  const allowed = { ...input, options: { ...input.options, allowUnsandboxed: true } };
  await expect(new MockActivityEnvironment().run(surveyRepository, allowed)).rejects.toThrow(
    /the repository was touched/,
  );
});
