import type { UsageFigures } from './usage-figures';

const none = { requests: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
export const TYPICAL_USAGE: UsageFigures = {
  objectives: 1,
  tasks: 1,
  all: { tasks: 1, tokens: { low: none, high: none }, attempts: 1, ms: null },
  byKind: {},
  aroundByRole: {},
  aroundMs: null,
};
