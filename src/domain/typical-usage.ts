import type { UsageFigures } from './usage-figures';

/**
 * What objectives of the offline model used (playbooks auth, catalog, inventory, operations, one run of each, 2026-11-26); written by
 * scripts/typical-usage.ts. Its tokens are estimates and its durations say nothing about Claude, so there are none.
 */
export const TYPICAL_USAGE: UsageFigures = {
  objectives: 4,
  tasks: 27,
  all: {
    tasks: 27,
    tokens: {
      low: {
        requests: 3,
        input: 0,
        output: 4059,
        cacheRead: 25992,
        cacheWrite: 11964,
      },
      high: {
        requests: 5,
        input: 0,
        output: 9564,
        cacheRead: 56564,
        cacheWrite: 20576,
      },
    },
    attempts: 1.22,
    ms: null,
  },
  byKind: {
    contract: {
      tasks: 3,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 3305,
          cacheRead: 21441,
          cacheWrite: 15867,
        },
        high: {
          requests: 6,
          input: 0,
          output: 5621,
          cacheRead: 65099,
          cacheWrite: 18540,
        },
      },
      attempts: 1.33,
      ms: null,
    },
    implementation: {
      tasks: 9,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 6727,
          cacheRead: 29145,
          cacheWrite: 15831,
        },
        high: {
          requests: 5,
          input: 0,
          output: 11686,
          cacheRead: 65403,
          cacheWrite: 28476,
        },
      },
      attempts: 1.33,
      ms: null,
    },
    operations: {
      tasks: 4,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 9062,
          cacheRead: 24478,
          cacheWrite: 17040,
        },
        high: {
          requests: 3.75,
          input: 0,
          output: 11458,
          cacheRead: 44418,
          cacheWrite: 21934,
        },
      },
      attempts: 1.25,
      ms: null,
    },
    'security-audit': {
      tasks: 4,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 4102,
          cacheRead: 23867,
          cacheWrite: 10318,
        },
        high: {
          requests: 3,
          input: 0,
          output: 4238,
          cacheRead: 28010,
          cacheWrite: 16909,
        },
      },
      attempts: 1,
      ms: null,
    },
    'performance-test': {
      tasks: 4,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 3842,
          cacheRead: 25907,
          cacheWrite: 8052,
        },
        high: {
          requests: 3.25,
          input: 0,
          output: 4415,
          cacheRead: 29505,
          cacheWrite: 9574,
        },
      },
      attempts: 1,
      ms: null,
    },
  },
  aroundByRole: {
    'api-architect': {
      low: {
        requests: 0.14,
        input: 6369,
        output: 31,
        cacheRead: 0,
        cacheWrite: 278,
      },
      high: {
        requests: 0.17,
        input: 8768,
        output: 69,
        cacheRead: 0,
        cacheWrite: 334,
      },
    },
    'backend-architect': {
      low: {
        requests: 0.14,
        input: 6743,
        output: 214,
        cacheRead: 0,
        cacheWrite: 303,
      },
      high: {
        requests: 0.21,
        input: 8913,
        output: 223,
        cacheRead: 0,
        cacheWrite: 457,
      },
    },
    'backend-coordinator': {
      low: {
        requests: 0.48,
        input: 1712,
        output: 946,
        cacheRead: 0,
        cacheWrite: 1139,
      },
      high: {
        requests: 0.54,
        input: 2356,
        output: 1078,
        cacheRead: 0,
        cacheWrite: 1279,
      },
    },
    'database-admin': {
      low: {
        requests: 0.16,
        input: 6620,
        output: 26,
        cacheRead: 0,
        cacheWrite: 301,
      },
      high: {
        requests: 0.27,
        input: 9357,
        output: 136,
        cacheRead: 0,
        cacheWrite: 507,
      },
    },
    'database-optimizer': {
      low: {
        requests: 0,
        input: 0,
        output: 0,
        cacheRead: 0,
        cacheWrite: 0,
      },
      high: {
        requests: 0.13,
        input: 2579,
        output: 31,
        cacheRead: 0,
        cacheWrite: 277,
      },
    },
    'frontend-coordinator': {
      low: {
        requests: 0.13,
        input: 1216,
        output: 27,
        cacheRead: 0,
        cacheWrite: 200,
      },
      high: {
        requests: 0.27,
        input: 2319,
        output: 553,
        cacheRead: 0,
        cacheWrite: 536,
      },
    },
  },
  aroundMs: null,
};
