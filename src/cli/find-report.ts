import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../config/error-code';
import type { CallForm } from '../config/call-form';
import { Report } from '../domain/objective/report';
import { ConfigurationError } from '../domain/common/user-error';

/** The report of an objective in a folder: the path of its Markdown, and its JSON; null: there is none. */
export async function findReport(
  dir: string,
  objectiveId: string,
): Promise<{ readonly markdown: string; readonly json: Report } | null> {
  try {
    const json: unknown = JSON.parse(await readFile(join(dir, `${objectiveId}.json`), 'utf8'));
    return { markdown: join(dir, `${objectiveId}.md`), json: Report.parse(json) };
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Whether there is one, without reading it. */
export function hasReport(dir: string, objectiveId: string): Promise<boolean> {
  return stat(join(dir, `${objectiveId}.json`)).then(
    () => true,
    () => false,
  );
}

/** Why there is no report, of an objective that is open or closed. */
export function missingReport(about: {
  readonly objectiveId: string;
  readonly open: boolean;
  readonly reportsDir: string;
  readonly call: CallForm;
}): ConfigurationError {
  const { objectiveId, open, reportsDir, call } = about;
  return new ConfigurationError(
    open
      ? `${objectiveId} has no report yet; it is written at the end, \`${call(`status ${objectiveId}`)}\` shows it meanwhile.`
      : `The report of ${objectiveId} is not in this home; look on the host whose worker delivered it, or under ${reportsDir}.`,
  );
}
