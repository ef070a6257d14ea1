import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { Table } from '../../facts/database';
import type { SourceFiles } from '../../facts/source-files';
import { tableName } from '../../database/read-catalog';
import { isDocumentation, readsMigrations } from './schema-files';

/** Every table and column is explained: by a COMMENT in the catalog, or by a document on the schema that names it. */
export const schemaDocs: GateChecker = {
  name: 'schema-docs',
  version: '1',
  subjects: ['schema-docs'],
  scope: 'objective',
  reads: (path, survey) => readsMigrations(path, survey) || isDocumentation(path),
  control: () =>
    undocumented(
      [{ schema: 'public', name: 't', comment: null, columns: [], constraints: [], indexes: [] }],
      [],
    ).length === 1,
  check: async (inspection) => {
    const { tables } = await inspection.database();
    if (tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const documents = await schemaDocuments(await inspection.files());
    const findings = undocumented(
      tables,
      documents.map(({ text }) => text),
    );
    const names = tables.length + tables.reduce((sum, { columns }) => sum + columns.length, 0);
    const note = `${names - findings.length} of ${names} tables and columns are explained`;
    const where = documents.map(({ path }) => path).join(', ') || 'no document on the schema';
    return [
      {
        subject: 'schema-docs',
        outcome: findings.length > 0 ? { kind: 'ran-found', note, findings } : { kind: 'ran-clean', note },
        evidence: [
          { kind: 'measurement', text: `${note}; comments in the catalog and ${where}`.slice(0, 2000) },
        ],
      },
    ];
  },
};

const ON_SCHEMA = /schema|database|(?:^|[/_-])(?:db|erd?|er-diagram|data-?model|tables)(?=[._/-]|$)/i;
const HEADING = /^(?:#{1,6}|={1,6})\s.*\b(?:schema|database|data model|tables?|entity[- ]relation)/im;
const DIAGRAM = /\.(?:dbml|puml|mmd)$/i;
const MERMAID = /^\s*erDiagram\b/m;

/** Documents that speak of the schema: by name, by a heading, or because they are a diagram of it. */
async function schemaDocuments(
  files: SourceFiles,
): Promise<{ readonly path: string; readonly text: string }[]> {
  const found: { path: string; text: string }[] = [];
  for (const path of files.paths.filter(isDocumentation).slice(0, 300)) {
    const text = (await files.read(path)) ?? '';
    if (ON_SCHEMA.test(path) || DIAGRAM.test(path) || HEADING.test(text) || MERMAID.test(text)) {
      found.push({ path, text });
    }
  }
  return found;
}

/** Tables and columns that neither a comment nor a document explains. A column counts where its table is named too. */
function undocumented(tables: readonly Table[], documents: readonly string[]): GateFinding[] {
  return tables.flatMap((table) => {
    const name = tableName(table);
    const about = documents.filter((text) => names(text, table.name));
    const missing: GateFinding[] = [];
    if (isBlank(table.comment) && about.length === 0) {
      missing.push({
        key: `schema-docs:${name}`,
        text: `table ${name} has no comment and is in no document on the schema`,
      });
    }
    for (const column of table.columns) {
      if (!isBlank(column.comment) || about.some((text) => names(text, column.name))) continue;
      missing.push({
        key: `schema-docs:${name}.${column.name}`,
        text: `column ${name}.${column.name} has no comment and is in no document on ${name}`,
      });
    }
    return missing;
  });
}

function isBlank(comment: string | null): boolean {
  return comment === null || comment.trim() === '';
}

/** As SQL, JSON or prose would write it. */
function names(text: string, name: string): boolean {
  const parts = name.split('_').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w])${parts.join('[_ -]?')}(?![\\w])`, 'i').test(text);
}
