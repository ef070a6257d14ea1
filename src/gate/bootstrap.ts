import { folderOf, inRepository, surveyOfService } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import type { Bootstrap } from '../ports/gate';
import { BootstrapRefused } from './bootstrap-refused';
import { type Installer, type InstallerSetting, NOTHING_NEEDED } from './installers/installer';
import { type InstallerRow, INSTALLERS } from './installers/table';
import { findServiceFolder } from './service-folder';

/**
 * Dependencies through the package manager of the target: installed once for each lockfile or manifest, then used by
 * checkouts. Those of a service in a folder of its own are installed there. A target without an install command gets the engine of its stack.
 * @throws BootstrapRefused when the target's files are at fault or not supported, CouldNotRun for anything else
 */
export function createBootstrap(setting: InstallerSetting): Bootstrap {
  const installers = new Map<InstallerRow, Installer>(INSTALLERS.map((row) => [row, row.create(setting)]));
  const installerFor = (survey: Survey): Installer => {
    const installer = installers.get(rowFor(survey));
    if (installer === undefined) throw new Error('A package manager of the table was not made.');
    return installer;
  };

  return {
    async ensure({ signal, ...request }) {
      const survey = surveyOfService(request.survey);
      const path = await findServiceFolder(request.path, folderOf(request.survey));
      if (survey.install !== null) return installerFor(survey).provide({ path, survey, signal });
      const row = INSTALLERS.find(({ stack }) => stack === survey.stack);
      const equipped = row === undefined ? undefined : await installers.get(row)?.equip();
      return equipped ?? NOTHING_NEEDED;
    },
    async addDependency({ name, version, signal, ...request }) {
      const survey = surveyOfService(request.survey);
      const folder = folderOf(request.survey);
      const path = await findServiceFolder(request.path, folder);
      const changed = await installerFor(survey).add({ path, survey, name, version, signal });
      return { changedFiles: changed.map((file) => inRepository(folder, file)) };
    },
  };
}

function rowFor(survey: Survey): InstallerRow {
  const [program] = survey.install ?? [];
  const row = INSTALLERS.find(({ manager, stack, programs }) =>
    program === undefined
      ? stack === survey.stack && [manager, null].includes(survey.packageManager)
      : programs.includes(program),
  );
  if (row !== undefined) return row;
  const used = program ?? survey.packageManager ?? 'nothing known';
  const known = INSTALLERS.map(({ title }) => title).join(', ');
  throw new BootstrapRefused(
    `Dependencies are installed by ${used} in this repository, and only ${known} can be used here yet.`,
    'unsupported',
  );
}
