import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runCommand } from '../../process/run-command';
import { checkNamed } from '../checks';
import { readGit } from '../facts/git';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import { type CheckRun, runCheck } from '../run-check';

const UNPACK_TIMEOUT_MS = 60_000;
/** Made anew by the tests, or too large to copy for each of them. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'coverage', '.nyc_output', '.pytest_cache']);

/** A throw-away copy of a tree in which the tests can be run again, changed. */
export interface TestCopy {
  write(path: string, text: string | null): Promise<void>;
  /** The target's plain test command. */
  test(timeoutMs: number): Promise<CheckRun>;
}

/** Copies the checkout as it stands, dependencies included. */
export async function copyCheckout(inspection: Inspection, setting: InspectionSetting): Promise<TestCopy> {
  const folder = await inspection.scratch();
  const copy = join(folder, 'copy');
  await cp(inspection.target.root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !LEFT_OUT.has(basename(path)),
  });
  return copyAt(copy, inspection, setting);
}

/** The base's files with the checkout's dependencies. @throws CouldNotRun when git cannot read it */
export async function copyBase(inspection: Inspection, setting: InspectionSetting): Promise<TestCopy> {
  const { target, signal } = inspection;
  const folder = await inspection.scratch();
  const [copy, archive] = [join(folder, 'copy'), join(folder, 'base.tar')];
  await mkdir(copy);
  await readGit(target.gitDir, ['archive', '--format=tar', '-o', archive, target.base], signal);
  await runCommand({
    argv: ['tar', '-xf', archive, '-C', copy, '--no-same-owner'],
    cwd: folder,
    timeoutMs: UNPACK_TIMEOUT_MS,
    signal,
  });
  await rm(archive, { force: true });
  await cp(join(target.path, 'node_modules'), join(copy, target.folder, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  }).catch(() => undefined);
  return copyAt(copy, inspection, setting);
}

function copyAt(root: string, inspection: Inspection, setting: InspectionSetting): TestCopy {
  const path = join(root, inspection.target.folder);
  return {
    write: async (name, text) => {
      const file = join(path, name);
      if (text === null) return rm(file, { force: true });
      await mkdir(dirname(file), { recursive: true });
      // What stands there may be a link out of the copy.
      await rm(file, { force: true });
      await writeFile(file, text);
    },
    test: async (timeoutMs) => {
      const { survey, target, signal } = inspection;
      if (survey.test === null) throw new Error('There is no test command; nothing should have been copied.');
      const provision = await inspection.provision();
      const env = Object.fromEntries(
        Object.entries(provision.env).map(([name, value]) => [name, value.replaceAll(target.path, path)]),
      );
      return runCheck(setting, checkNamed('test'), survey.test, {
        path,
        root,
        gitDir: target.gitDir,
        survey: { ...survey, testTimeoutMs: timeoutMs },
        provision: { ...provision, env },
        signal,
      });
    },
  };
}
