import type { ContextCategory } from './context-categories';

interface PathRule {
  readonly path: RegExp;
  readonly category: ContextCategory;
  /** The name says little: what the file holds is looked at before this row decides. */
  readonly weak?: true;
}

const CODE = String.raw`\.(?:[cm]?[jt]s|py|java|kt|go|rb|cs|php|rs|scala)$`;

/** Source files in a folder of that name, or with the name as a word of theirs: `routes/a.js`, `OrderController.java`. */
function code(category: ContextCategory, words: readonly string[]): PathRule[] {
  const camel = words.map((word) =>
    word.replace(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase()),
  );
  const folderOrWord = String.raw`(?:^|[/._-])(?:${words.join('|')})s?(?:/.*)?${CODE}`;
  const lastWord = String.raw`[a-z0-9](?:${camel.join('|')})s?${CODE}`;
  return [
    { path: new RegExp(folderOrWord, 'i'), category, weak: true },
    { path: new RegExp(lastWord), category, weak: true },
  ];
}

const API_WORDS = [
  'route',
  'router',
  'controller',
  'handler',
  'resolver',
  'endpoint',
  'middleware',
  'plugin',
  'view',
];
const DATA_WORDS = [
  'repository',
  'repositories',
  'dao',
  'model',
  'entity',
  'entities',
  'query',
  'queries',
  'persistence',
  'database',
  'db',
];
const BUSINESS_WORDS = ['service', 'domain', 'use-case', 'business'];

/** What a file is about, by its path; the first row that fits decides. */
const PATH_RULES: readonly PathRule[] = [
  { path: /(^|\/)(openapi|swagger|asyncapi)[^/]*\.(ya?ml|json)$/i, category: 'api-contracts' },
  { path: /\.(graphqls?|gql|proto)$/i, category: 'api-contracts' },
  { path: /(^|\/)(openapi|contracts)\//i, category: 'api-contracts' },
  { path: /(^|\/)docs\/api(\/|[.-])/i, category: 'api-contracts' },
  { path: /(^|\/)docs\/(.*\/)?versioning/i, category: 'versioning-strategy' },
  { path: /(^|\/)docs\/(.*\/)?(architecture|design|decisions|adr)(\/|[.-])/i, category: 'system-design' },

  { path: /(^|\/)(backups?|dba)(\/|[.-])/i, category: 'database-administration' },
  { path: /(^|\/)(pg_hba|postgresql|my|mysqld)\.(conf|cnf)$/i, category: 'database-administration' },
  { path: /(^|\/)migrations?\//i, category: 'database-schema' },
  { path: /(^|\/)(alembic|liquibase|flyway)\//i, category: 'database-schema' },
  { path: /(^|\/)db\/(migrate\/|schema\.rb$)/i, category: 'database-schema' },
  { path: /(^|\/)docs\/(database|schema)(\/|[.-])/i, category: 'database-schema' },
  { path: /(^|\/)quer(y|ies)\/.*\.sql$/i, category: 'query-patterns' },
  { path: /\.(prisma|dbml)$/i, category: 'database-schema' },
  { path: /\.sql$/i, category: 'database-schema', weak: true },

  { path: /(^|\/)(Dockerfile|Containerfile)[^/]*$|\.dockerfile$/i, category: 'devops-configuration' },
  { path: /(^|\/)((docker-)?compose[^/]*\.ya?ml|\.dockerignore)$/i, category: 'devops-configuration' },
  {
    path: /(^|\/)(\.github|\.gitlab|\.circleci|\.ci|k8s|kubernetes|helm|charts|terraform|ansible|infra|deploy(ment)?s?)\//i,
    category: 'devops-configuration',
  },
  {
    path: /(^|\/)(\.gitlab-ci\.ya?ml|Jenkinsfile|Procfile|nginx[^/]*\.conf)$|\.tf(vars)?$/i,
    category: 'devops-configuration',
  },
  { path: /(^|\/)docs\/(deploy[^/]*|operations|runbooks?)(\/|\.)/i, category: 'devops-configuration' },

  { path: /(^|\/)(frontend|public)\//i, category: 'frontend-markup' },
  {
    path: /\.(x?html?|css|s[ac]ss|less|jsx|tsx|vue|svelte|astro|ejs|hbs|handlebars|mustache|njk|twig|pug|cshtml)$/i,
    category: 'frontend-markup',
  },

  { path: /(^|\/)(AGENTS|CLAUDE|CONTRIBUTING|STYLE[^/]*)\.md$/i, category: 'code-patterns' },
  {
    path: /(^|\/)(eslint\.config\.[^/]+|\.eslintrc[^/]*|\.editorconfig|ruff\.toml|checkstyle\.xml)$/i,
    category: 'code-patterns',
  },

  {
    path: new RegExp(String.raw`(^|/)(tests?|__tests__|spec)/.*${CODE}`, 'i'),
    category: 'implementation-code',
  },
  { path: new RegExp(String.raw`[._-](test|spec)${CODE}`, 'i'), category: 'implementation-code' },
  ...code('api-implementation', API_WORDS),
  ...code('data-access-code', DATA_WORDS),
  ...code('business-code', BUSINESS_WORDS),
  { path: new RegExp(CODE, 'i'), category: 'implementation-code', weak: true },
  { path: /(^|\/)(src|lib|app)\//i, category: 'implementation-code', weak: true },
];

/** What a path says of its file: a category, and whether what the file holds may say better. */
export interface PathVerdict {
  readonly category: ContextCategory | null;
  readonly weak: boolean;
}

/** What a path, relative to the repository's root, says of its file. */
export function verdictOfPath(path: string): PathVerdict {
  const relative = path.replace(/^(\.?\/)+/, '');
  const rule = PATH_RULES.find((row) => row.path.test(relative));
  return rule === undefined
    ? { category: null, weak: true }
    : { category: rule.category, weak: rule.weak ?? false };
}

/** The category of a file by its path, relative to the repository's root; null for what belongs to everybody. */
export function categoryOfPath(path: string): ContextCategory | null {
  return verdictOfPath(path).category;
}
