import { DatabaseError } from 'pg';
import { createResolver } from '../../../domain/contract/openapi-document';
import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { Table } from '../../facts/database';
import { rulesOf, type TypeFacts } from '../../database/column-rules';
import { generateRows, readTypes } from '../../database/generate-rows';
import { quoteName, quoteTable } from '../../database/quote-name';
import { tableName } from '../../database/read-catalog';
import type { Session } from '../../database/session';
import type { Inspection } from '../../inspection';
import { graphqlRules } from './graphql-rules';
import { snake, specRules, type SpecRule, tableNamed } from './spec-rules';
import { readsMigrations } from './schema-files';

const TEXT = /^(?:text|character varying|character|citext)\b/;

/** What the API promises of its resources, the database refuses to break on its own: tried by rows that break it. */
export const dbValidation: GateChecker = {
  name: 'database-refuses-invalid-rows',
  version: '2',
  subjects: ['db-validation'],
  scope: 'objective',
  reads: (path, survey) =>
    readsMigrations(path, survey) ||
    /\.(?:ya?ml|json|graphqls?|gql)$/i.test(path) ||
    survey.gate?.api?.from === 'endpoint',
  control: () => looseKeys([PLANTED_PARENT, PLANTED_CHILD]).length === 1,
  check: async (inspection) => {
    const database = await inspection.openDatabase();
    if (database.tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const rules = await rulesOfApi(inspection, database.tables);
    if (rules.length === 0)
      throw new CannotTell('no schema of the API has the name of a table, so nothing can be compared');
    await generateRows(database, { rows: 3 });
    const types = await readTypes(database);
    const refused: string[] = [];
    const findings: GateFinding[] = [];
    await database.rolledBack(async (session) => {
      for (const rule of rules) {
        const name = `${tableName(rule.table)}.${rule.column}`;
        if (await isBacked(session, rule, types)) refused.push(`${name}: ${rule.rule.kind}`);
        else
          findings.push({
            key: `db-validation:${rule.rule.kind}:${name}`,
            text: `${rule.property} is ${tell(rule)}, and ${name} takes anything else; ${ADVICE[rule.rule.kind]}`,
          });
      }
    });
    findings.push(...looseKeys(database.tables), ...sharedAddresses(database.tables));
    const percent = Math.round((100 * refused.length) / rules.length);
    const note = `${percent} % of ${rules.length} rules of the API are kept by the database itself`;
    return [
      {
        subject: 'db-validation',
        outcome: findings.length > 0 ? { kind: 'ran-found', note, findings } : { kind: 'ran-clean', note },
        evidence: [{ kind: 'measurement', text: [note, ...refused].join('\n').slice(0, 2000) }],
      },
    ];
  },
};

const ADVICE = {
  required: 'make it NOT NULL',
  'max-length': 'add a CHECK on its length',
  enum: 'add a CHECK or an enum type',
} as const;

async function rulesOfApi(inspection: Inspection, tables: readonly Table[]): Promise<SpecRule[]> {
  const api = await inspection.api();
  if (api.kind === 'graphql') return graphqlRules(api.text, tables);
  const resolve = createResolver(api.document);
  return specRules(api.document, api.operations, tables, (schema) => resolve(schema));
}

function tell({ rule }: SpecRule): string {
  switch (rule.kind) {
    case 'required':
      return 'required';
    case 'max-length':
      return `at most ${rule.length} characters long`;
    case 'enum':
      return `one of ${rule.values.length} values`;
  }
}

/** Whether a row that breaks the rule is refused; where a table has no row, whether the catalog says so. */
async function isBacked(
  session: Session,
  { table, column, rule }: SpecRule,
  types: readonly TypeFacts[],
): Promise<boolean> {
  const found = table.columns.find(({ name }) => name === column);
  if (found === undefined) return true;
  const name = quoteName(column);
  const isText = TEXT.test(types.find((type) => type.name === found.type)?.base ?? found.type);
  const rules = rulesOf(table, column, types);
  const isReference = table.constraints.some(
    ({ kind, columns }) => kind === 'foreign-key' && columns.includes(column),
  );
  switch (rule.kind) {
    case 'required':
      return !found.nullable || (await isRefused(session, table, `${name} = NULL`, false));
    case 'max-length': {
      // A number, a date or a reference has no length to check.
      if (!isText || isReference) return true;
      const longer = `${name} = rpad(coalesce(${name}, 'x'), ${rule.length + 1}, 'x')`;
      return isRefused(
        session,
        table,
        longer,
        rules.maxLength !== null || rules.pattern !== null || rules.values !== null,
      );
    }
    case 'enum':
      if (!isText || isReference) return true;
      return isRefused(
        session,
        table,
        `${name} = 'zz-no-such-value'`,
        rules.values !== null || rules.pattern !== null,
      );
  }
}

/** @param otherwise what holds where there is no row to try it with */
async function isRefused(
  session: Session,
  table: Table,
  change: string,
  otherwise: boolean,
): Promise<boolean> {
  await session.execute('SAVEPOINT tried');
  try {
    const rows = await session.rows(
      `UPDATE ${quoteTable(table)} SET ${change} WHERE ctid = (SELECT ctid FROM ${quoteTable(table)} LIMIT 1) RETURNING 1`,
    );
    return rows.length === 0 ? otherwise : false;
  } catch (error) {
    if (error instanceof DatabaseError) return true;
    throw error;
  } finally {
    await session.execute('ROLLBACK TO SAVEPOINT tried');
  }
}

/** Columns named after another table's key that refer to nothing. */
function looseKeys(tables: readonly Table[]): GateFinding[] {
  return tables.flatMap((table) =>
    table.columns.flatMap(({ name, type }): GateFinding[] => {
      const stem = /^(.+)_id$/.exec(snake(name))?.[1];
      if (stem === undefined) return [];
      const parent = tableNamed(stem, tables);
      const key = parent?.constraints.find(({ kind }) => kind === 'primary-key')?.columns;
      if (parent === undefined || parent === table || key?.length !== 1) return [];
      const target = parent.columns.find((column) => column.name === key[0]);
      const isKept = table.constraints.some(
        ({ kind, columns }) => kind === 'foreign-key' && columns.includes(name),
      );
      if (target?.type !== type || isKept) return [];
      return [
        {
          key: `db-validation:reference:${tableName(table)}.${name}`,
          text: `${tableName(table)}.${name} names a row of ${tableName(parent)} and is no foreign key, so it may name one that is not there`,
        },
      ];
    }),
  );
}

const PEOPLE = /^(?:users?|accounts?|members?|logins?|app_users?)$/;
const ADDRESS = /^(?:e_?mail(?:_address)?|user_?name|login)$/;

/** What people are told apart by has to be there once. */
function sharedAddresses(tables: readonly Table[]): GateFinding[] {
  return tables
    .filter(({ name }) => PEOPLE.test(name))
    .flatMap((table) =>
      table.columns
        .filter(({ name }) => ADDRESS.test(snake(name)))
        .filter(
          ({ name }) =>
            !table.indexes.some(
              (index) =>
                index.unique &&
                index.columns.some((column) => column === name || new RegExp(`\\b${name}\\b`).test(column)),
            ),
        )
        .map(({ name }) => ({
          key: `db-validation:unique:${tableName(table)}.${name}`,
          text: `${tableName(table)}.${name} is not unique, so two people can have the same; add UNIQUE`,
        })),
    );
}

const column = (name: string): Table['columns'][number] => ({
  name,
  type: 'bigint',
  nullable: false,
  maxLength: null,
  default: null,
  generated: false,
  comment: null,
});
const PLANTED_PARENT: Table = {
  schema: 'public',
  name: 'orders',
  comment: null,
  columns: [column('id')],
  constraints: [
    { name: 'orders_pkey', kind: 'primary-key', columns: ['id'], definition: '', references: null },
  ],
  indexes: [],
};
const PLANTED_CHILD: Table = {
  ...PLANTED_PARENT,
  name: 'lines',
  columns: [column('id'), column('order_id')],
};
