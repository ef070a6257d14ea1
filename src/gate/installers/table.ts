import type { Survey } from '../../domain/target/survey';
import type { Installer, InstallerSetting } from './installer';
import { createMavenInstaller } from './maven';
import { createNpmInstaller } from './npm';
import { createPipInstaller } from './pip';

/** One package manager that can be used: for which stack, and by which words its install commands begin. */
export interface InstallerRow {
  readonly manager: string;
  readonly title: string;
  readonly stack: Survey['stack'];
  readonly programs: readonly string[];
  readonly create: (setting: InstallerSetting) => Installer;
}

export const INSTALLERS: readonly InstallerRow[] = [
  { manager: 'npm', title: 'npm', stack: 'node', programs: ['npm'], create: createNpmInstaller },
  {
    manager: 'pip',
    title: 'pip',
    stack: 'python',
    programs: ['pip', 'pip3', 'python', 'python3'],
    create: createPipInstaller,
  },
  { manager: 'maven', title: 'Maven', stack: 'java', programs: ['mvn'], create: createMavenInstaller },
];
