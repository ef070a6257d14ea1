// Needs nothing: the services are in memory.
import { PROBE_CHECKERS } from '../../../src/gate/checkers/probes';

test.each(PROBE_CHECKERS.map((checker) => [checker.name, checker] as const))(
  '%s finds the defect planted for it',
  async (_name, checker) => {
    expect(await checker.control?.()).toBe(true);
  },
);
