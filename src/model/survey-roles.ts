import { settleSettings, type SettledSettings } from '../domain/department/department-roles';
import { CONFIGURATION_FILE, parseConfiguration } from '../domain/target/configuration';
import type { Roles } from './roles';
import { readTargetRoles, type TargetRole } from './target-roles';

/** Roles of a target as surveyed: what it brings, what each role thinks with, and what was not granted. */
interface SurveyedRoles extends SettledSettings {
  readonly brought: readonly TargetRole[];
}

/**
 * Reads what a base commit and its configuration say about roles.
 * @param given configuration of `--config`, which may raise models; null: the repository's own may only lower them
 * @throws ConfigurationError for a broken role file, an unknown role or an unknown model
 */
export async function surveyRoles(request: {
  readonly own: Roles;
  readonly files: readonly string[];
  readonly read: (path: string) => Promise<string | null>;
  readonly given: { readonly text: string; readonly source: string } | null;
}): Promise<SurveyedRoles> {
  const { own, files, read, given } = request;
  const { roles: brought, notes } = await readTargetRoles({ files, read });
  const committed = files.includes(CONFIGURATION_FILE) ? await read(CONFIGURATION_FILE) : null;
  const configuration =
    given ?? (committed === null ? null : { text: committed, source: CONFIGURATION_FILE });
  const settled = settleSettings({
    own: new Map([...own].map(([name, { model, effort }]) => [name, { model, effort }])),
    brought: new Map(
      brought.filter((role) => role.adds === 'specialist').map((role) => [role.name, role.wish]),
    ),
    configured:
      configuration === null
        ? {}
        : (parseConfiguration(configuration.text, configuration.source).roles ?? {}),
    givenByUser: given !== null,
  });
  return { brought, settings: settled.settings, notes: [...notes, ...settled.notes] };
}
