import type { UsageFigures } from './usage-figures';

/**
 * What merged tasks of the offline model's objectives used, one run of each playbook, delivered or not, on 2026-11-26:
 * auth, billing, catalog, inventory, operations.
 * Written by scripts/typical-usage.ts. Its tokens are estimates and its durations say nothing about Claude, so there are none.
 */
export const TYPICAL_USAGE: UsageFigures = {
  objectives: 5,
  tasks: 33,
  all: {
    tasks: 33,
    tokens: {
      low: {
        requests: 3,
        input: 0,
        output: 3973,
        cacheRead: 25937,
        cacheWrite: 11700,
      },
      high: {
        requests: 5,
        input: 0,
        output: 8203,
        cacheRead: 63402,
        cacheWrite: 20883,
      },
    },
    attempts: 1.21,
    ms: null,
  },
  byKind: {
    contract: {
      tasks: 4,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 3165,
          cacheRead: 21905,
          cacheWrite: 16282,
        },
        high: {
          requests: 3.75,
          input: 0,
          output: 3948,
          cacheRead: 36439,
          cacheWrite: 17007,
        },
      },
      attempts: 1.25,
      ms: null,
    },
    implementation: {
      tasks: 11,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 6409,
          cacheRead: 33046,
          cacheWrite: 16693,
        },
        high: {
          requests: 5.5,
          input: 0,
          output: 10834,
          cacheRead: 76799,
          cacheWrite: 26205,
        },
      },
      attempts: 1.36,
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
      tasks: 5,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 4145,
          cacheRead: 24242,
          cacheWrite: 10835,
        },
        high: {
          requests: 3,
          input: 0,
          output: 4437,
          cacheRead: 31635,
          cacheWrite: 17959,
        },
      },
      attempts: 1,
      ms: null,
    },
    'performance-test': {
      tasks: 5,
      tokens: {
        low: {
          requests: 3,
          input: 0,
          output: 3916,
          cacheRead: 25816,
          cacheWrite: 8142,
        },
        high: {
          requests: 3,
          input: 0,
          output: 4398,
          cacheRead: 26210,
          cacheWrite: 8689,
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
        input: 5730,
        output: 31,
        cacheRead: 0,
        cacheWrite: 287,
      },
      high: {
        requests: 0.17,
        input: 8484,
        output: 65,
        cacheRead: 0,
        cacheWrite: 334,
      },
    },
    'backend-architect': {
      low: {
        requests: 0.14,
        input: 6067,
        output: 217,
        cacheRead: 0,
        cacheWrite: 313,
      },
      high: {
        requests: 0.17,
        input: 8634,
        output: 229,
        cacheRead: 0,
        cacheWrite: 365,
      },
    },
    'backend-coordinator': {
      low: {
        requests: 0.5,
        input: 1772,
        output: 962,
        cacheRead: 0,
        cacheWrite: 1181,
      },
      high: {
        requests: 0.67,
        input: 2315,
        output: 1076,
        cacheRead: 0,
        cacheWrite: 1575,
      },
    },
    'database-admin': {
      low: {
        requests: 0.17,
        input: 6507,
        output: 26,
        cacheRead: 0,
        cacheWrite: 312,
      },
      high: {
        requests: 0.25,
        input: 9337,
        output: 127,
        cacheRead: 0,
        cacheWrite: 468,
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
        input: 233,
        output: 26,
        cacheRead: 0,
        cacheWrite: 268,
      },
    },
    'frontend-coordinator': {
      low: {
        requests: 0.17,
        input: 1528,
        output: 34,
        cacheRead: 0,
        cacheWrite: 267,
      },
      high: {
        requests: 0.25,
        input: 2166,
        output: 533,
        cacheRead: 0,
        cacheWrite: 495,
      },
    },
  },
  aroundMs: null,
};
