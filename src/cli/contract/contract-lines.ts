import { byName, type CallForm } from '../../config/call-form';
import type { ContractBundle } from '../../domain/contract/contract-bundle';
import type { ContractStatus } from '../../domain/contract/contract-status';
import { cut, plain } from '../live/text';

/** Rows of operations, and of files, where a contract is shown before a question about it. */
const SHORT_ROWS = 20;

/**
 * A contract as it is shown: revision and state, what was asked to be changed and what breaks, its operations and files.
 * @param columns characters a line may have, and operations and files are cut to a few; null: all of them
 */
export function contractLines(
  objectiveId: string,
  status: ContractStatus,
  bundle: ContractBundle,
  { call = byName, columns }: { readonly call?: CallForm; readonly columns: number | null },
): readonly string[] {
  const { name, state, by, comments } = status;
  const show = call(`contract ${objectiveId} ${name}`);
  const within = (line: string): string => (columns === null ? line : cut(line, columns));
  const few = (rows: readonly string[]): readonly string[] => {
    const shown = columns === null ? rows : rows.slice(0, SHORT_ROWS);
    const more = rows.length - shown.length;
    return [...shown.map(within), ...(more === 0 ? [] : [`  … ${String(more)} more: ${show}`])];
  };
  return [
    ...[
      `${plain(name)}, revision ${String(bundle.revision)}: ${state}${by === null ? '' : ` by ${plain(by)}`}`,
      `  hash ${bundle.hash}`,
      `  spec ${plain(bundle.source)} (${bundle.kind})`,
      ...comments.map((comment) => `  comment: ${plain(comment)}`),
      ...bundle.breaking.map(({ where, what }) => `  breaking: ${plain(where)}: ${plain(what)}`),
    ].map(within),
    'Operations',
    ...few(
      bundle.operations.map((operation) =>
        `  ${cut(plain(operation.name), 80)}  ${cut(plain(operation.summary), 80)}`.trimEnd(),
      ),
    ),
    'Files',
    ...few(bundle.files.map(({ path, bytes }) => `  ${plain(path)}  ${String(bytes)} bytes`)),
    `Get them: ${show} --out <dir>`,
  ];
}
