// Needs no server: one session for many questions, over services that open what the test says.
import { keepSession } from '../../src/cli/desk/keep-session';
import { waitForObjective } from '../../src/cli/desk/wait-for-objective';
import type { CommandContext } from '../../src/cli/command';
import { TemporalUnreachableError } from '../../src/domain/common/user-error';
import { ID, status, task } from './fixtures';

function context(closed: string[]): CommandContext {
  let opened = 0;
  const useServerWithHistory = (): Promise<unknown> => {
    const name = `session ${String((opened += 1))}`;
    return Promise.resolve({
      kind: 'configured',
      openDepartment: () => Promise.resolve({ name, close: () => Promise.resolve(closed.push(name)) }),
      release: () => Promise.resolve(),
    });
  };
  return {
    services: { useServerWithHistory },
    terminal: { warn: () => undefined },
  } as unknown as CommandContext;
}

const nameOf = (session: unknown): string =>
  (session as { readonly department: { readonly name: string } }).department.name;

test('a session that one question lost is closed after the last of the others, and the next opens another', async () => {
  const closed: string[] = [];
  const keeper = keepSession(context(closed));
  let finish = (): void => undefined;
  const slow = keeper.use(
    (session) =>
      new Promise<string>((resolve) => {
        finish = () => {
          resolve(nameOf(session));
        };
      }),
  );
  const lost = keeper.use(() => Promise.reject(new TemporalUnreachableError('It does not answer.')));
  await expect(lost).rejects.toThrow('It does not answer.');
  expect(await keeper.use((session) => Promise.resolve(nameOf(session)))).toBe('session 2');
  expect(closed).toEqual([]);
  finish();
  expect(await slow).toBe('session 1');
  await new Promise(setImmediate);
  expect(closed).toEqual(['session 1']);
  await keeper.close();
  expect(closed).toEqual(['session 1', 'session 2']);
});

test('a server that could not be opened is tried again by the next question', async () => {
  const closed: string[] = [];
  const healthy = context(closed);
  let tries = 0;
  const services = {
    useServerWithHistory: (...args: Parameters<typeof healthy.services.useServerWithHistory>) => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new TemporalUnreachableError('Nobody is there.'))
        : healthy.services.useServerWithHistory(...args);
    },
  } as unknown as CommandContext['services'];
  const keeper = keepSession({ ...healthy, services });
  await expect(keeper.use(() => Promise.resolve(1))).rejects.toThrow('Nobody is there.');
  expect(await keeper.use((session) => Promise.resolve(nameOf(session)))).toBe('session 1');
  await keeper.close();
});

describe('a wait whose time is up', () => {
  const wait = { id: ID, timeoutMs: 700, signal: new AbortController().signal, onStatus: () => undefined };
  const seen = status({ tasks: [task()] });
  const lost = new TemporalUnreachableError('The Temporal server does not answer.');

  test('while the server is lost says that, not that the objective goes on', async () => {
    const answers = [() => Promise.resolve(seen)];
    const department = {
      snapshot: () => answers.shift()?.() ?? Promise.reject(lost),
      resultIfClosed: () => Promise.resolve(null),
    };
    await expect(waitForObjective(department, wait)).rejects.toBe(lost);
  });

  test('while queries merely go unanswered and the look for the end fails, says that too', async () => {
    const department = {
      snapshot: () => Promise.resolve(null),
      resultIfClosed: () => Promise.reject(lost),
    };
    await expect(waitForObjective(department, wait)).rejects.toBe(lost);
  });

  test('while only the worker is gone is simply over', async () => {
    const department = { snapshot: () => Promise.resolve(null), resultIfClosed: () => Promise.resolve(null) };
    expect(await waitForObjective(department, wait)).toEqual({ reason: 'timed-out', status: null });
  });

  test('after the server came back is simply over', async () => {
    const answers = [() => Promise.reject(lost)];
    const department = {
      snapshot: () => answers.shift()?.() ?? Promise.resolve(seen),
      resultIfClosed: () => Promise.resolve(null),
    };
    expect(await waitForObjective(department, wait)).toEqual({ reason: 'timed-out', status: seen });
  });
});
