import type { ContextCategory } from './context-categories';

/*
 * What a file holds, where its path says little. Rows are asked in order; those most roles are denied come first, so
 * that a file of two kinds is the more restricted one. They read the first part of a file only.
 */

/** Characters of a file's beginning that are looked at. */
export const CONTENT_CHARACTERS = 16_384;

interface ContentRule {
  readonly path: RegExp;
  readonly category: ContextCategory;
  readonly fits: (text: string) => boolean;
}

const DATA = /\.(ya?ml|json)$/i;
const SCRIPT = /(\.(sh|bash|zsh|ps1|cron|service|timer)|(^|\/)[^./]+)$/i;
const ANY = /(?:)/;
// Not what is prose: a document may show an example of anything.
const NOT_PROSE = /^(?!.*\.(md|mdx|rst|adoc|txt|lock)$)(?!(.*\/)?package-lock\.json$)/i;

const ADMINISTRATION =
  /\b(pg_dump(all)?|pg_restore|pg_basebackup|pgbackrest|barman|wal-g|mysqldump|xtrabackup|mongodump|vacuumdb|reindexdb)\b/;
const DEPLOYMENT =
  /^\s*(sudo\s+)?(docker|docker-compose|podman|kubectl|helm|terraform|ansible-playbook|skaffold)\s/m;
const ROLES = /\b(create|alter|drop)\s+(role|user|database|tablespace|publication|subscription)\b/i;
const GRANT = /^\s*(grant|revoke)\s[\s\S]{1,200}?\b(to|from)\b/im;
const DDL =
  /\b(create|alter|drop)\s+(or\s+replace\s+)?(unique\s+|materialized\s+|temp(orary)?\s+)?(table|index|view|type|sequence|schema|trigger|domain|extension)\b/i;
const BUILDER =
  /\b(op\.create_table|op\.add_column|schema\.createTable|schema\.alterTable|queryInterface\.createTable|pgm\.createTable|migrations\.CreateModel)\s*\(/;
const SQL_LINE =
  /^\s*(\(?select\b|insert\s+into|update\s+\w+|delete\s+from|from\s+\w|where\s|(left|right|inner|full|cross)?\s*join\s|group\s+by|order\s+by|having\s|limit\s|create\s|alter\s|drop\s|comment\s+on|grant\s|revoke\s|primary\s+key|foreign\s+key|references\s|constraint\s|check\s*\(|unique\s*\(|on\s+(delete|update)\s|\)\s*;?$|--|"?\w+"?\s+(uuid|text|varchar|char|int|integer|bigint|smallint|serial|bigserial|boolean|bool|numeric|decimal|timestamp|timestamptz|date|jsonb?|bytea|real|double)\b)/i;
const MARKUP_LINE =
  /^\s*(<\/?(!doctype|html|head|body|title|meta|link|script|style|div|span|p|a|ul|ol|li|table|thead|tbody|tr|td|th|form|input|button|label|select|option|section|main|nav|header|footer|img|h[1-6]|br|hr)\b|<!--)/i;
const STYLE_LINE = /^\s*([@.#:*\w][^{};]{0,200}\{|[\w-]{1,60}\s{0,4}:\s{0,4}[^;{}]{1,300};|\})\s*$/;
const STYLE_PROPERTY = /^\s*(color|background(-\w+)?|margin(-\w+)?|padding(-\w+)?|font(-\w+)?|display)\s*:/m;

const CONTENT_RULES: readonly ContentRule[] = [
  { path: SCRIPT, category: 'database-administration', fits: (text) => ADMINISTRATION.test(text) },
  {
    path: NOT_PROSE,
    category: 'database-administration',
    fits: (text) => !DDL.test(text) && (ROLES.test(text) || GRANT.test(text)) && isMostly(text, SQL_LINE),
  },
  { path: SCRIPT, category: 'devops-configuration', fits: (text) => DEPLOYMENT.test(text) },
  { path: DATA, category: 'devops-configuration', fits: isDeployment },
  {
    path: NOT_PROSE,
    category: 'frontend-markup',
    fits: (text) => /<[a-z!]/i.test(text) && isMostly(text, MARKUP_LINE),
  },
  {
    path: NOT_PROSE,
    category: 'frontend-markup',
    fits: (text) => STYLE_PROPERTY.test(text) && isMostly(text, STYLE_LINE),
  },
  { path: DATA, category: 'api-contracts', fits: isApiDocument },
  { path: /\.xml$/i, category: 'database-schema', fits: (text) => /<databaseChangeLog\b/.test(text) },
  { path: NOT_PROSE, category: 'database-schema', fits: (text) => BUILDER.test(text) },
  {
    path: NOT_PROSE,
    category: 'database-schema',
    fits: (text) => DDL.test(text) && isMostly(text, SQL_LINE),
  },
  {
    path: NOT_PROSE,
    category: 'query-patterns',
    fits: (text) => /^\s*(\(?select|with|insert|update|delete)\b/im.test(text) && isMostly(text, SQL_LINE),
  },
  { path: ANY, category: 'devops-configuration', fits: (text) => /^AWSTemplateFormatVersion\b/m.test(text) },
];

/** The category that a file's beginning gives away; null where it says nothing. */
export function categoryOfContent(path: string, text: string): ContextCategory | null {
  const beginning = text.slice(0, CONTENT_CHARACTERS);
  if (beginning.includes('\0')) return null;
  return CONTENT_RULES.find((rule) => rule.path.test(path) && rule.fits(beginning))?.category ?? null;
}

/** Kubernetes, Compose, pipelines, Ansible. */
function isDeployment(text: string): boolean {
  if (/^apiVersion:\s*\S/m.test(text) && /^kind:\s*\S/m.test(text)) return true;
  if (/"apiVersion"\s*:\s*"/.test(text) && /"kind"\s*:\s*"/.test(text)) return true;
  if (/^services:\s*$/m.test(text) && /^\s+(image|build):/m.test(text)) return true;
  if (/^['"]?on['"]?:/m.test(text) && /^jobs:\s*$/m.test(text)) return true;
  return (
    (/^stages:/m.test(text) && /^\s+script:/m.test(text)) ||
    /^-\s+(name:.*\n\s+)?hosts:\s*\S/m.test(text) ||
    /^AWSTemplateFormatVersion\b/m.test(text)
  );
}

function isApiDocument(text: string): boolean {
  return (
    /^['"]?(openapi|swagger|asyncapi)['"]?\s*:\s*['"]?\d/m.test(text) ||
    /^\s*\{\s*"(openapi|swagger|asyncapi)"\s*:\s*"\d/.test(text)
  );
}

/** At least three lines, and half of those that say something, are of that kind. */
function isMostly(text: string, kind: RegExp): boolean {
  const lines = text.split('\n').filter((line) => /\w/.test(line));
  const fitting = lines.filter((line) => line.length < 500 && kind.test(line)).length;
  return fitting >= 3 && fitting * 2 >= lines.length;
}
