// Needs no server: the activity over a scripted probe.
import { WatchCheck } from '../../src/domain/coordination/coordination-settings';
import { createBench } from './ports';

const check = (name: string): WatchCheck =>
  WatchCheck.parse({ kind: 'http', name, url: 'http://127.0.0.1/', limit: { max: 5 } });
const round = (names: readonly string[], handle: { readonly dossier: string }) => ({
  handle,
  checks: names.map(check),
});

it('a round answers every check in order, held against its limit', async () => {
  const bench = await createBench({
    probes: {
      measure: ({ name }) =>
        Promise.resolve(
          name === 'silent'
            ? { kind: 'could-not-ask', reason: 'no answer within 10 s' }
            : { kind: 'value', value: name === 'high' ? 9 : 5 },
        ),
    },
  });
  expect(await bench.run('runWatchChecks', round(['high', 'silent', 'even'], bench.handle))).toEqual({
    samples: [
      { name: 'high', value: 9, verdict: 'breach', text: '9, wanted at most 5' },
      { name: 'silent', value: null, verdict: 'could-not-ask', text: 'no answer within 10 s' },
      { name: 'even', value: 5, verdict: 'within', text: '5, at most 5' },
    ],
  });
});

it('at most ten checks are asked at once', async () => {
  let now = 0;
  let most = 0;
  const bench = await createBench({
    probes: {
      measure: async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now -= 1;
        return { kind: 'value', value: 1 };
      },
    },
  });
  const names = Array.from({ length: 50 }, (_, index) => `check-${index}`);
  const { samples } = await bench.run('runWatchChecks', round(names, bench.handle));
  expect(samples.map((sample) => sample.name)).toEqual(names);
  expect(most).toBe(10);
});
