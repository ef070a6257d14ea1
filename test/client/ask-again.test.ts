import { askAgain } from '../../src/client/ask-again';

const never = (): Promise<string> => new Promise(() => undefined);

it('a question that is answered is asked once', async () => {
  let asked = 0;
  const answer = await askAgain(() => {
    asked += 1;
    return Promise.resolve('here');
  }, 10);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect([answer, asked]).toEqual(['here', 1]);
});

it('a question that was lost is asked until it is answered, and the lost ones are ended', async () => {
  const asked: AbortSignal[] = [];
  const answer = askAgain((signal) => {
    asked.push(signal);
    return asked.length < 3 ? never() : Promise.resolve(`answer ${String(asked.length)}`);
  }, 10);
  expect(await answer).toBe('answer 3');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, true, true]);
});

it('it ends with the deadline of the first', async () => {
  let asked = 0;
  const answer = askAgain(() => {
    asked += 1;
    return asked > 1
      ? never()
      : new Promise<string>((_, reject) =>
          setTimeout(() => {
            reject(new Error('deadline'));
          }, 25),
        );
  }, 10);
  await expect(answer).rejects.toThrow('deadline');
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(asked).toBe(before);
});

it('a slow first answer counts when it comes before the second', async () => {
  let asked = 0;
  const answer = askAgain(() => {
    asked += 1;
    return asked === 1 ? new Promise<string>((resolve) => setTimeout(resolve, 40, 'first')) : never();
  }, 10);
  expect(await answer).toBe('first');
  expect(asked).toBeGreaterThan(1);
});

it('a failure is told at once, without asking again', async () => {
  let asked = 0;
  const answer = askAgain(() => {
    asked += 1;
    return Promise.reject(new Error('no such workflow'));
  }, 10);
  await expect(answer).rejects.toThrow('no such workflow');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(asked).toBe(1);
});
