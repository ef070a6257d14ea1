import { markdownText } from '../common/markdown-text';
import type { RepositoryInput, RepositoryState } from './repository-entity';

/** Rows of a table beyond which the query `repositoryState` tells the rest. */
const MOST_ROWS = 50;

/** The entity of a repository as current details in the Web UI: who works on it, who waits, which numbers are taken. */
export function repositoryMarkdown({ repository }: RepositoryInput, state: RepositoryState): string {
  return [`Repository **${markdownText(repository)}**`, objectives(state), ...numbers(state)].join('\n\n');
}

function objectives(state: RepositoryState): string {
  if (state.objectives.length === 0) return 'No objective holds anything of it.';
  const rows = state.objectives.map(({ objectiveId, claims }) => {
    const ids = (granted: boolean): string =>
      claims
        .filter((claim) => claim.granted === granted)
        .map(({ taskId }) => taskId)
        .join(', ');
    return [objectiveId, ids(true), ids(false)];
  });
  return table(['Objective', 'Holds', 'Waits'], rows);
}

function numbers({ folders }: RepositoryState): string[] {
  const rows = folders.flatMap(({ dir, reservations }) =>
    reservations.map(({ identifier, taskId, objectiveId, state }) => [
      dir,
      identifier ?? 'named by the tool',
      `${taskId} of ${objectiveId}`,
      state,
    ]),
  );
  return rows.length === 0 ? [] : [table(['Migrations in', 'Number', 'Of', 'State'], rows)];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [
    header,
    header.map(() => '---'),
    ...rows.slice(-MOST_ROWS).map((row) => row.map(markdownText)),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
