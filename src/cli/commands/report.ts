import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodeOf } from '../../domain/exit-codes';
import { Report } from '../../domain/report';
import { ConfigurationError } from '../../domain/user-error';
import { objectiveIdArgument } from '../argument';
import type { Command } from '../command';
import { plainLines } from '../live/text';
import { withObjective } from '../session';

export const report: Command = {
  name: 'report',
  args: '<id>',
  summary: 'print the report of an objective: Markdown, or JSON with --json',
  options: [],
  run: async (context, args) => {
    const objectiveId = objectiveIdArgument(args);
    const { terminal, services } = context;
    const file = await findReport(services.reportsDir, objectiveId);
    if (file === null) {
      // Tells an unknown id from one that has no report yet.
      const open = await withObjective(context, objectiveId, async ({ department }) => {
        return (await department.resultIfClosed(objectiveId)) === null;
      });
      throw new ConfigurationError(
        open
          ? `${objectiveId} has no report yet; it is written at the end, \`${context.call(`status ${objectiveId}`)}\` shows it meanwhile.`
          : `The report of ${objectiveId} is not in this home; look on the host whose worker delivered it, or under ${services.reportsDir}.`,
      );
    }
    terminal.say(
      terminal.json ? `Report ${file.markdown}` : plainLines(await readFile(file.markdown, 'utf8')),
    );
    terminal.emit(file.json);
    return exitCodeOf('delivered');
  },
};

async function findReport(
  dir: string,
  objectiveId: string,
): Promise<{ readonly markdown: string; readonly json: Report } | null> {
  try {
    const json: unknown = JSON.parse(await readFile(join(dir, `${objectiveId}.json`), 'utf8'));
    return { markdown: join(dir, `${objectiveId}.md`), json: Report.parse(json) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
