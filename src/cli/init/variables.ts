import type { Environment } from '../../config/environment';
import type { Settings } from '../../domain/notification/settings';

/** A variable the settings count on; its value is never kept or shown. */
export interface NeededVariable {
  readonly name: string;
  readonly why: string;
  readonly set: boolean;
}

/** The variables with secrets that what is in the settings needs, in the order they are told. */
export function neededVariables(
  settings: Settings,
  { notify, anthropic }: Pick<Environment, 'notify' | 'anthropic'>,
): readonly NeededVariable[] {
  const { webhooks = [], email } = settings.notifications ?? {};
  const rows: readonly (readonly [string | undefined, string])[] = [
    ...webhooks.flatMap(({ name, secretEnv, urlEnv }) => [
      [urlEnv, `the address of the webhook ${name}`] as const,
      [secretEnv, `signs what is sent to the webhook ${name}`] as const,
    ]),
    [email?.userEnv, 'the user of the mail server'],
    [email?.passwordEnv, 'the password of the mail server'],
  ];
  const claude =
    settings.model === 'anthropic'
      ? [
          {
            name: 'ANTHROPIC_API_KEY',
            why: 'Claude is asked with it',
            set: (anthropic.apiKey ?? anthropic.baseUrl) !== undefined,
          },
        ]
      : [];
  return [
    ...claude,
    ...rows.flatMap(([name, why]) =>
      name === undefined ? [] : [{ name, why, set: notify[name] !== undefined }],
    ),
  ];
}
