// Needs no server and no repository: the command over a gate that is scripted.
import { gate } from '../../src/cli/commands/gate';
import type { Services } from '../../src/cli/services';
import { runCommand } from './run-command';

test('a report that cannot be written is refused before the gate runs', async () => {
  let runs = 0;
  const prepared = {
    target: { notes: [], sample: 'orders-service' },
    base: null,
    surveyed: {},
    run: () => {
      runs += 1;
      return Promise.reject(new Error('nobody wanted that'));
    },
  };
  const services = {
    prepareGate: () => Promise.resolve(prepared),
    probeSandbox: () => Promise.resolve({ level: 'none', detail: 'none here' }),
  } as unknown as Partial<Services>;
  const report = `${__filename}/report`;
  await expect(runCommand(gate, ['.'], { report }, {}, { services })).rejects.toMatchObject({
    message: `The folder ${report} cannot be written (ENOTDIR); give --report one that can.`,
    exitCode: 2,
  });
  expect(runs).toBe(0);
});
