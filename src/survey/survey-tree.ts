import type { Survey } from '../domain/target/survey';
import { configurationText, surveyFiles } from './survey-files';

/** Each read may be two processes. */
const READ_AT_ONCE = 8;

export interface SurveyedTree {
  readonly survey: Survey;
  /** Text of the configuration that counted, for the trust hash; null without one. */
  readonly configuration: string | null;
}

/**
 * Surveys files that can only be read asynchronously. The survey itself is a synchronous pure function: what it
 * asked for in vain is fetched, and it looks again.
 */
export async function surveyTree(request: {
  readonly files: readonly string[];
  readonly read: (path: string) => Promise<string | null>;
  readonly configuration: { readonly text: string; readonly source: string } | null;
  /** See `SurveyRequest`. */
  readonly folder?: string | null;
}): Promise<SurveyedTree> {
  const texts = new Map<string, string | null>();
  for (;;) {
    const missing = new Set<string>();
    const view = {
      files: request.files,
      read: (path: string): string | null => {
        if (!texts.has(path)) missing.add(path);
        return texts.get(path) ?? null;
      },
      configuration: request.configuration,
      folder: request.folder ?? null,
    };
    const survey = surveyFiles(view);
    const configuration = configurationText(view)?.text ?? null;
    if (missing.size === 0) return { survey, configuration };
    const paths = [...missing];
    for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
      const some = paths.slice(at, at + READ_AT_ONCE);
      const read = await Promise.all(some.map((path) => request.read(path)));
      some.forEach((path, index) => texts.set(path, read[index] ?? null));
    }
  }
}
