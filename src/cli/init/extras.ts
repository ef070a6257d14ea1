import { CONFIGURATION_FILE } from '../../domain/target/configuration';
import { draftConfiguration } from '../../domain/target/draft-configuration';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { draftPlace, writeDraft } from '../configuration-draft';
import type { Prompts } from '../live/ask';
import type { Target } from '../services';
import { usesClaude, wishedModel } from '../start/choose-model';
import { dryRunWorkspace } from '../start/prepare-objective';
import type { InitFlags } from './flags';
import type { Gathered } from './gather';
import type { InitPrompts } from './run-init';

/** What the dry run plans where nobody names an objective and it costs nothing. */
const SAMPLE_OBJECTIVE = 'Add user authentication system with OAuth2 and JWT';

/** A draft of the repository's configuration that somebody agreed to, not yet written; null: nobody did. */
export async function draftInto(
  context: CommandContext,
  target: Target | null,
  flags: Pick<InitFlags, 'writeConfig' | 'force'>,
  prompts: InitPrompts | null,
): Promise<{ readonly file: string; write(): Promise<void> } | null> {
  const asked = flags.writeConfig === true;
  if (target?.source.kind !== 'path') {
    if (asked)
      throw new ConfigurationError(
        '--write-config needs a repository on this machine to write into; give its path with --repo.',
      );
    return null;
  }
  const { path } = target.source;
  let file: string;
  try {
    file = await draftPlace(path, flags.force === true);
  } catch (error) {
    if (asked || !(error instanceof UserError)) throw error;
    // It has a configuration, which is nobody's to replace unasked.
    return null;
  }
  if (!asked) {
    if (prompts === null) return null;
    if (!(await prompts.confirm(`Write a draft of ${CONFIGURATION_FILE} into ${path}?`))) return null;
  }
  return {
    file,
    write: async () => {
      const surveyed = await context.services.surveyTarget({
        target,
        workspaceId: dryRunWorkspace(target),
        configuration: null,
        local: true,
      });
      await writeDraft(file, draftConfiguration(surveyed.survey));
    },
  };
}

/** What the dry run is to plan; null: there is none. One that would cost money is made only where somebody names it. */
export async function askObjective(
  { environment, signal }: CommandContext,
  { settings, target }: Gathered,
  prompts: Prompts | null,
): Promise<string | null> {
  const free = !usesClaude(wishedModel(environment, settings).value, environment.anthropic);
  const fallback = free && target === null ? SAMPLE_OBJECTIVE : null;
  if (prompts === null) return fallback;
  const answer = await prompts.input({
    message: `An objective to plan now, starting nothing (empty: ${fallback ?? 'none'})`,
    signal,
  });
  return answer.trim() === '' ? fallback : answer.trim();
}
