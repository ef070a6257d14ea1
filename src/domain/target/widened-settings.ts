import type { GateSettings } from '../quality-gate/gate-settings';

/**
 * What the gate goes by for a branch: the settings of the base, and of the branch's own configuration only what makes
 * the branch checkable and nothing weaker. That is variables the service is started with that the base does not set,
 * variables it must refuse to start without, how to sign in where the base does not say, and which of the branch's own
 * new operations need no caller. Thresholds, commands, waivers and everything the base says stay the base's.
 * @param isOnBase whether the base's API has an operation
 */
export function widenSettings(
  base: GateSettings,
  branch: GateSettings,
  isOnBase: (operation: string) => boolean,
): GateSettings {
  return {
    ...base,
    run:
      base.run === null
        ? branch.run
        : {
            ...base.run,
            env: { ...branch.run?.env, ...base.run.env },
            requiredEnv: [...new Set([...base.run.requiredEnv, ...(branch.run?.requiredEnv ?? [])])],
          },
    ...(base.login === null
      ? { login: branch.login, users: branch.users, authHeader: branch.authHeader }
      : {}),
    publicOps:
      base.publicOps === null
        ? null
        : [
            ...base.publicOps,
            ...(branch.publicOps ?? []).filter(
              (operation) => base.publicOps?.includes(operation) === false && !isOnBase(operation),
            ),
          ],
  };
}
