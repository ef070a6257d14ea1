import { existsSync } from 'node:fs';
import { readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Provision } from '../../../../ports/gate';
import { minimalEnvironment } from '../../../../process/run-command';
import { CannotTell, DoesNotApply, type GateChecker } from '../../../checker';
import type { Inspection } from '../../../inspection';
import { isMainSource, roleOf } from '../engine/paths';
import { exitCodeOf, requireProgram } from './scanner';
import { includeFilter } from './spotbugs-patterns';
import { judgeBugs, readReport } from './spotbugs-report';

const TIMEOUT_MS = 240_000;
const UNPACK_TIMEOUT_MS = 60_000;
const KEPT_BYTES = 16 * 1024 * 1024;

/** Where builds leave the classes of the main sources, beside the file that describes the build. */
const CLASS_FOLDERS: readonly { readonly build: RegExp; readonly folder: string }[] = [
  { build: /(?:^|\/)pom\.xml$/, folder: 'target/classes' },
  { build: /(?:^|\/)build\.gradle(?:\.kts)?$/, folder: 'build/classes/java/main' },
];

/**
 * The classes of the gate's own build through SpotBugs, where it is on this machine, with find-sec-bugs where that is
 * among its plugins. It reads classes and runs none; it does so in the sandbox, beside the checkout.
 */
export const SPOTBUGS_CHECKER: GateChecker = {
  name: 'spotbugs',
  version: '1',
  subjects: ['sql-injection', 'error-handling'],
  scope: 'objective',
  reads: (path) =>
    isMainSource(path) || path.endsWith('.java') || CLASS_FOLDERS.some(({ build }) => build.test(path)),
  check: async (inspection) => {
    const program = await requireProgram(inspection, 'spotbugs');
    const files = await inspection.files();
    if (!files.paths.some((path) => path.endsWith('.java') && roleOf(path) === 'service')) {
      throw new DoesNotApply('no-java-sources', 'the tree has no Java sources');
    }
    const home = await homeOf(program);
    const classes = await compiledClasses(inspection);
    const folder = await inspection.scratch();
    const filter = join(folder, 'include.xml');
    await writeFile(filter, includeFilter());
    const confine = confined(inspection, await inspection.provision(), { folder, home });
    const libraries = await unpackLibraries(inspection, classes, folder, confine);
    const argv = [
      join(home, 'bin', 'spotbugs'),
      ...['-textui', '-sarif', '-medium', '-include', filter],
      ...(libraries.length === 0 ? [] : ['-auxclasspath', libraries.join(':')]),
      ...classes,
    ];
    const run = await confine(argv, TIMEOUT_MS);
    inspection.signal.throwIfAborted();
    const exitCode = exitCodeOf('spotbugs', run, [0]);
    const report = readReport(run.stdout);
    const by = {
      kind: 'tool' as const,
      name: 'spotbugs',
      version: report.version,
      argv: [...argv.slice(0, 6), '…'],
      exitCode,
    };
    const answers = await judgeBugs(report, files);
    return answers.map((answer) => ({ ...answer, by }));
  },
};

type Confined = (argv: readonly string[], timeoutMs: number) => ReturnType<Inspection['run']>;

/** Commands that see the checkout and the Java of its build, and write to the folder only. */
function confined(
  inspection: Inspection,
  { env, path, readOnly }: Provision,
  { folder, home }: { readonly folder: string; readonly home: string },
): Confined {
  const { PATH = '' } = minimalEnvironment(path);
  return (argv, timeoutMs) =>
    inspection.run({
      argv,
      apart: folder,
      env: { ...env, PATH, JAVA_TOOL_OPTIONS: '' },
      readOnly: [inspection.target.path, home, ...readOnly],
      timeoutMs,
      maxOutputBytes: KEPT_BYTES,
    });
}

/** Folder of the distribution a launcher belongs to. @throws CannotTell for a launcher of another kind */
async function homeOf(program: string): Promise<string> {
  const home = dirname(dirname(await realpath(program)));
  if (existsSync(join(home, 'lib', 'spotbugs.jar'))) return home;
  throw new CannotTell(
    `${program} is no launcher of a SpotBugs distribution: lib/spotbugs.jar beside its bin is missing`,
  );
}

async function compiledClasses(inspection: Inspection): Promise<readonly string[]> {
  const built = await inspection.built();
  if (built === null) throw new CannotTell('no build command is known, so there are no compiled classes');
  if (built.outcome.kind !== 'ran-clean') {
    throw new CannotTell('the build fails, so there are no compiled classes');
  }
  const { paths } = await inspection.files();
  const folders = paths.flatMap((path) =>
    CLASS_FOLDERS.filter(({ build }) => build.test(path)).map(({ folder }) =>
      join(inspection.target.path, dirname(path), folder),
    ),
  );
  const there = [...new Set(folders)].filter((folder) => existsSync(folder));
  if (there.length === 0) {
    throw new CannotTell('the build left no classes in target/classes or build/classes/java/main');
  }
  return there;
}

/** Jars inside the jar of a Spring Boot build: what classes of others look like. Without them less is understood. */
async function unpackLibraries(
  inspection: Inspection,
  classes: readonly string[],
  folder: string,
  run: Confined,
): Promise<readonly string[]> {
  for (const target of classes.map((one) => dirname(one))) {
    const names = await readdir(target).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.jar'))) {
      await run(['jar', '--extract', '--file', join(target, name), 'BOOT-INF/lib'], UNPACK_TIMEOUT_MS);
      inspection.signal.throwIfAborted();
    }
  }
  const inside = join(folder, 'BOOT-INF', 'lib');
  const jars = await readdir(inside).catch(() => []);
  return jars.filter((name) => name.endsWith('.jar')).map((name) => join(inside, name));
}
