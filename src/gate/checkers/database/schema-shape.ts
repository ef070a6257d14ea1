import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { Column, Table } from '../../facts/database';
import { tableName } from '../../database/read-catalog';
import { readsMigrations } from './schema-files';

/** Fails shapes that are sure to be no normal form, and gives a reviewer the tables and keys to judge the rest. */
export const schemaShape: GateChecker = {
  name: 'schema-shape',
  version: '1',
  subjects: ['normalized-schema'],
  scope: 'objective',
  reads: readsMigrations,
  control: () =>
    shapeProblems([table('t', ['tag1', 'tag2', 'tag3'])]).some(({ key }) =>
      key.startsWith('repeated-columns'),
    ),
  check: async (inspection) => {
    const { tables } = await inspection.database();
    if (tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const findings = shapeProblems(tables);
    return [
      {
        subject: 'normalized-schema',
        outcome:
          findings.length > 0
            ? { kind: 'ran-found', note: `${findings.length} shapes are not normalised`, findings }
            : {
                kind: 'ran-clean',
                note: `${tables.length} tables: each has a key, none repeats columns or keeps lists in one`,
              },
        evidence: [{ kind: 'measurement', text: shapeFacts(tables).slice(0, 2000) }],
      },
    ];
  },
};

const TEXT = /^(?:text|character varying(?:\(\d+\))?|character\(\d+\))$/;
const LIST_NAME = /(?:^|_)(?:ids|csv|list|tags|categories|labels)$/i;
const IDS_NAME = /_ids$/i;
const COPY_NAME = /_(?:history|archive|audit|log|versions?|snapshots?|staging|old|backup)$/i;
const COMMON = new Set([
  'id',
  'uuid',
  'created_at',
  'updated_at',
  'deleted_at',
  'created_by',
  'updated_by',
  'version',
]);

/** What is not normalised, as far as names and types are enough to say so. */
export function shapeProblems(tables: readonly Table[]): GateFinding[] {
  return [
    ...tables
      .filter((one) => !hasKey(one))
      .map((one) => ({
        key: `no-key:${tableName(one)}`,
        text: `${tableName(one)} has no primary key, so the same row can be there twice`,
      })),
    ...tables.flatMap((one) =>
      repeatedGroups(one).map((names) => ({
        key: `repeated-columns:${tableName(one)}.${names[0] ?? ''}`,
        text: `${tableName(one)} repeats a column (${names.join(', ')}); a table of its own holds any number of them`,
      })),
    ),
    ...tables.flatMap((one) =>
      one.columns.filter(isList).map(({ name, type }) => ({
        key: `list-column:${tableName(one)}.${name}`,
        text: `${tableName(one)}.${name} (${type}) keeps a list in one column; a table of its own can be joined, indexed and checked`,
      })),
    ),
    ...twins(tables),
  ];
}

function hasKey({ constraints, indexes, columns }: Table): boolean {
  if (constraints.some(({ kind }) => kind === 'primary-key')) return true;
  const required = new Set(columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
  return indexes.some((index) => index.unique && index.columns.every((column) => required.has(column)));
}

/** Three or more columns of one type that differ by a number counted from 0 or 1. */
function repeatedGroups({ columns }: Table): string[][] {
  const groups = new Map<string, { name: string; number: number }[]>();
  for (const { name, type } of columns) {
    const [, stem, number, rest = ''] = /^(.*?[a-z])_?(\d{1,2})(_[a-z_]+)?$/i.exec(name) ?? [];
    if (stem === undefined || number === undefined || /line$/i.test(stem)) continue;
    const key = `${stem}|${rest}|${type}`;
    groups.set(key, [...(groups.get(key) ?? []), { name, number: Number(number) }]);
  }
  return [...groups.values()]
    .map((group) => group.sort((a, b) => a.number - b.number))
    .filter(
      (group) =>
        group.length >= 3 &&
        group.every(({ number }, at) => number === at + (group[0]?.number ?? 0)) &&
        (group[0]?.number ?? 2) <= 1,
    )
    .map((group) => group.map(({ name }) => name));
}

function isList({ name, type }: Column): boolean {
  if (TEXT.test(type)) return LIST_NAME.test(name);
  return IDS_NAME.test(name) && (type.endsWith('[]') || type === 'json' || type === 'jsonb');
}

/** Tables that hold the same columns; copies kept for history are meant to. */
function twins(tables: readonly Table[]): GateFinding[] {
  const shapes = new Map<string, string>();
  return tables.flatMap((one): GateFinding[] => {
    if (COPY_NAME.test(one.name)) return [];
    const own = one.columns
      .filter(({ name }) => !COMMON.has(name))
      .map(({ name, type }) => `${name} ${type}`);
    if (own.length < 3) return [];
    const shape = own.sort().join();
    const other = shapes.get(shape);
    shapes.set(shape, tableName(one));
    if (other === undefined) return [];
    return [
      {
        key: `twin-tables:${other}:${tableName(one)}`,
        text: `${other} and ${tableName(one)} have the same columns; one table with a column that tells them apart holds both`,
      },
    ];
  });
}

/** Tables, keys, references and what a reviewer may want to look at. */
function shapeFacts(tables: readonly Table[]): string {
  return tables
    .map((one) => {
      const key = one.constraints.find(({ kind }) => kind === 'primary-key')?.columns.join(', ') ?? 'none';
      const references = one.constraints
        .filter(({ kind }) => kind === 'foreign-key')
        .map(({ columns, references: to }) => `${columns.join(', ')} -> ${to?.table ?? ''}`);
      const optional = one.columns.filter(({ nullable }) => nullable).map(({ name }) => name);
      const loose = one.columns.filter(({ type }) => /^jsonb?$|\[\]$/.test(type)).map(({ name }) => name);
      return [
        `${tableName(one)} (${one.columns.map(({ name }) => name).join(', ')}) key ${key}`,
        ...(references.length > 0 ? [`refers ${references.join('; ')}`] : []),
        ...(optional.length > 0 ? [`may be null ${optional.join(', ')}`] : []),
        ...(loose.length > 0 ? [`JSON or arrays ${loose.join(', ')}`] : []),
      ].join('; ');
    })
    .join('\n');
}

function table(name: string, columns: readonly string[]): Table {
  return {
    schema: 'public',
    name,
    comment: null,
    columns: columns.map((column) => ({
      name: column,
      type: 'text',
      nullable: false,
      maxLength: null,
      default: null,
      generated: false,
      comment: null,
    })),
    constraints: [],
    indexes: [],
  };
}
