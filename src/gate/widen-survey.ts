import { NO_SETTINGS } from '../domain/quality-gate/gate-settings';
import { folderOf } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import { widenSettings } from '../domain/target/widened-settings';
import type { CheckTarget } from '../ports/gate';
import { readObjects } from './facts/git';
import type { GateSetting } from './gate-runner';

/** The survey with what the branch's own configuration may add; see `widenSettings`. */
export async function widenSurvey(
  setting: Pick<GateSetting, 'configured'>,
  survey: Survey,
  target: CheckTarget,
  baseTree: string,
  signal: AbortSignal,
): Promise<Survey> {
  const own = (await setting.configured?.(target, folderOf(survey), signal)) ?? null;
  if (own === null) return survey;
  const settings = survey.gate ?? NO_SETTINGS;
  const path = settings.api?.from === 'file' ? settings.api.spec : survey.apiSpec;
  const spec = path === null ? '' : await readBase(target, baseTree, path, signal);
  const words = new Set(spec.match(/[A-Za-z_][\w.-]*/g) ?? []);
  return { ...survey, gate: widenSettings(settings, own, (operation) => words.has(operation)) };
}

async function readBase(
  target: CheckTarget,
  tree: string,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const listed = await readObjects(target.gitDir, ['ls-tree', '--full-tree', tree, '--', path], signal);
  return listed === '' ? '' : readObjects(target.gitDir, ['cat-file', 'blob', `${tree}:${path}`], signal);
}
