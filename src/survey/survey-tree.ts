import type { Survey } from '../domain/survey';
import { configurationText, surveyFiles } from './survey-files';

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
    };
    const survey = surveyFiles(view);
    const configuration = configurationText(view)?.text ?? null;
    if (missing.size === 0) return { survey, configuration };
    for (const path of missing) texts.set(path, await request.read(path));
  }
}
