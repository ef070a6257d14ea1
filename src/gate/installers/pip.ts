import { lstat, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Survey } from '../../domain/target/survey';
import type { Engine } from '../../ports/engines';
import type { Provision } from '../../ports/gate';
import { BootstrapRefused } from '../bootstrap-refused';
import { readCheckoutFile } from '../checkout-file';
import { CouldNotRun } from '../could-not-run';
import { createDependencyStore, type Installation } from '../dependency-store';
import { addRequirement } from '../pip/add-requirement';
import { pipInstall, runPython } from '../pip/pip-command';
import { pyprojectRequirements, TOML_TO_JSON } from '../pip/pyproject';
import { relocateEnvironment } from '../pip/relocate';
import { readRequirements, type Requirements } from '../pip/requirements-file';
import { engineOf, equipmentOf } from './equipment';
import type { Installer, InstallerSetting, InstallRequest } from './installer';

/** pip: one virtual environment for each set of requirements and each Python, used by PATH alone. */
export function createPipInstaller({ store: folder, environment, engines }: InstallerSetting): Installer {
  const store = createDependencyStore(folder);

  const installation = (requirements: Requirements, python: Engine): Installation => ({
    parts: ['pip', requirements, python.version, python.program, process.platform, process.arch],
    build: async ({ work, final, signal }) => {
      const place = { folder: work, environment, signal };
      const made = await runPython([python.program, '-m', 'venv', '--without-pip', work], place);
      if (made.end.kind !== 'exited' || made.end.code !== 0) {
        const why = (made.stderr || made.stdout).trim().split('\n').at(-1) ?? '';
        throw new CouldNotRun(`${python.program} cannot make a virtual environment (${why}).`);
      }
      if (requirements.wanted.length > 0) {
        await install(python, requirements, { venv: join(work, 'bin', 'python'), environment, signal });
      }
      await relocateEnvironment(work, final);
    },
  });

  async function provide(
    request: InstallRequest,
    read: (path: string) => Promise<string | null>,
  ): Promise<Provision> {
    const { path, survey, signal } = request;
    const python = await engineOf(engines, 'python3');
    const requirements = await readAll(survey, read, (text) =>
      parseToml(python, text, { environment, signal }),
    );
    const installed = await store.obtain(installation(requirements, python), signal);
    const equipment = equipmentOf(python);
    const sources = await sourceFolder(path);
    return {
      env: {
        ...equipment.env,
        VIRTUAL_ENV: installed,
        // The checkout is committed as it stands, and not everyone ignores __pycache__.
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONNOUSERSITE: '1',
        ...(sources === null ? {} : { PYTHONPATH: sources }),
      },
      path: [join(installed, 'bin'), ...equipment.path],
      readOnly: equipment.readOnly,
    };
  }

  return {
    equip: async () => equipmentOf(await engineOf(engines, 'python3')),
    provide: (request) => provide(request, (path) => readCheckoutFile(request.path, path)),
    add: (request) => addRequirement(request, filesOf(request.survey), provide),
  };
}

async function install(
  python: Engine,
  { wanted, constraints, options }: Requirements,
  place: {
    readonly venv: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pip-'));
  try {
    const [list, limits] = [join(folder, 'requirements.txt'), join(folder, 'constraints.txt')];
    await writeFile(list, `${[...options, ...wanted].join('\n')}\n`);
    await writeFile(limits, `${constraints.join('\n')}\n`);
    const args = ['-r', list, ...(constraints.length > 0 ? ['-c', limits] : [])];
    await pipInstall(python.program, { ...place, folder, args });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files an install command names with `-r`. */
function filesOf(survey: Survey): string[] {
  const argv = survey.install ?? [];
  const files = argv.filter((_, index) => ['-r', '--requirement'].includes(argv[index - 1] ?? ''));
  if (files.length > 0) return files;
  throw new BootstrapRefused(
    'The install command names no file with -r, so the dependencies are unknown; name requirements files or pyproject.toml.',
    'unsupported',
  );
}

async function readAll(
  survey: Survey,
  read: (path: string) => Promise<string | null>,
  toml: (text: string) => Promise<unknown>,
): Promise<Requirements> {
  const files = filesOf(survey);
  const isPyproject = (path: string): boolean => basename(path) === 'pyproject.toml';
  const listed = await readRequirements(
    files.filter((path) => !isPyproject(path)),
    read,
  );
  const wanted: string[] = [...listed.wanted];
  for (const path of files.filter(isPyproject)) {
    const text = await read(path);
    if (text === null) throw new BootstrapRefused(`${path} is missing; bring it back.`, 'broken');
    wanted.push(...pyprojectRequirements(await toml(text)));
  }
  return { ...listed, wanted: [...new Set(wanted)] };
}

async function parseToml(
  python: Engine,
  text: string,
  place: { readonly environment: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<unknown> {
  const argv = [python.program, '-I', '-c', TOML_TO_JSON] as const;
  const run = await runPython([...argv], { ...place, folder: tmpdir() }, text);
  if (run.end.kind === 'exited' && run.end.code === 0) {
    const content: unknown = JSON.parse(run.stdout);
    return content;
  }
  const why = run.stderr.trim().split('\n').at(-1) ?? '';
  if (/Decode|TOML/.test(why)) {
    throw new BootstrapRefused(`pyproject.toml is not TOML (${why}); correct it.`, 'broken');
  }
  throw new CouldNotRun(`${python.program} could not read pyproject.toml (${why}).`);
}

/** The folder of a project that keeps its packages under `src`: it is not installed, so it has to be found. */
async function sourceFolder(checkout: string): Promise<string | null> {
  const folder = join(checkout, 'src');
  const found = await lstat(folder).catch(() => null);
  return found?.isDirectory() === true ? folder : null;
}
