import { readFile } from 'node:fs/promises';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { objectiveIdArgument } from '../argument';
import type { Command } from '../command';
import { findReport, missingReport } from '../find-report';
import { pageOf } from '../live/outcome';
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
      throw missingReport({ objectiveId, open, reportsDir: services.reportsDir, call: context.call });
    }
    terminal.say(
      terminal.json ? `Report ${file.markdown}` : plainLines(await readFile(file.markdown, 'utf8')),
    );
    // Not among the Markdown, which may be on its way into a file.
    terminal.warn(`As a page for the browser: ${pageOf(file.markdown) ?? file.markdown}`);
    terminal.emit(file.json);
    return exitCodeOf('delivered');
  },
};
