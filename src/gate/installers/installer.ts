import type { Survey } from '../../domain/target/survey';
import type { Engines } from '../../ports/engines';
import type { Provision } from '../../ports/gate';

export interface InstallerSetting {
  /** Folder of the shared store; commands see it read-only. */
  readonly store: string;
  /** The user's environment: where the registry is. Little of it reaches a package manager. */
  readonly environment: Readonly<Record<string, string>>;
  readonly engines: Engines;
}

export interface InstallRequest {
  readonly path: string;
  readonly survey: Survey;
  readonly signal: AbortSignal;
}

/** One package manager: from the files of a checkout to commands that find their dependencies. */
export interface Installer {
  /** The engine alone, for a target without an install command. */
  equip(): Promise<Provision>;
  /** Installs what the checkout's files ask for, unless it is there, and lets the checkout use it. */
  provide(request: InstallRequest): Promise<Provision>;
  /** Adds one package to manifest and lockfile, and installs it. @returns the changed files */
  add(
    request: InstallRequest & { readonly name: string; readonly version: string },
  ): Promise<readonly string[]>;
}

/** Nothing but what every command has. */
export const NOTHING_NEEDED: Provision = { env: {}, path: [], readOnly: [] };
