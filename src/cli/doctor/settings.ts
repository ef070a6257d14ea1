import { readSettingsText, parseSettings, settingsPath } from '../../config/settings-file';
import type { Home } from '../../config/home';
import type { Settings } from '../../domain/notification/settings';
import { UserError } from '../../domain/common/user-error';
import { withoutCredentials } from '../../git/repository-identity';
import type { Check } from './check';

const name = 'settings';

/** The settings file of this installation and what it sets. */
export async function examineSettings(home: Home): Promise<Check> {
  const path = settingsPath(home);
  try {
    const text = await readSettingsText(home);
    if (text === null) {
      return { name, state: 'ok', found: 'no settings.yaml; `init` writes one', advice: null };
    }
    return {
      name,
      state: 'ok',
      found: `${path}: ${describe(parseSettings(text, path))}`,
      advice: null,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, state: 'missing', found: `${path} cannot be used`, advice: error.message };
  }
}

function describe({ repository, model, budgetUsd, notifications }: Settings): string {
  const parts = [
    ...(repository === undefined ? [] : [`repository ${withoutCredentials(repository)}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(budgetUsd === undefined
      ? []
      : [`budget ${budgetUsd === null ? 'without limit' : `${budgetUsd.toFixed(2)} USD`}`]),
    ...(notifications === undefined ? [] : ['notifications']),
  ];
  return parts.length === 0 ? 'sets nothing' : parts.join(', ');
}
