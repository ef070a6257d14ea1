import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { createEngines } from '../../../src/engines/engines';
import { createBootstrap } from '../../../src/gate/bootstrap';
import { surveyTree } from '../../../src/survey/survey-tree';
import { sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const MADE_BY_TOOLS = /(^|\/)(node_modules|target|\.venv|__pycache__|\.[a-z]+_cache)\//;

/** The commands of a bundled service and the environment they run in, its dependencies installed as the gate does it. */
export async function provisionSample(
  name: string,
  store: string,
): Promise<Pick<InstalledSample, 'commands' | 'environment'>> {
  const folder = sampleFolder(name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !MADE_BY_TOOLS.test(path));
  const { survey } = await surveyTree({
    files,
    read: async (path) => (files.includes(path) ? readFile(join(folder, path), 'utf8') : null),
    configuration: null,
  });
  const { path, inherited: environment } = readEnvironment();
  const bootstrap = createBootstrap({ store, environment, engines: createEngines({ path, environment }) });
  const { signal } = new AbortController();
  const provision = await bootstrap.ensure({ path: folder, survey, signal });
  const command = (argv: readonly string[] | null): readonly [string, ...string[]] => {
    const [program, ...rest] = argv ?? [];
    if (program === undefined) throw new Error(`the survey finds no command for ${name}`);
    return [program, ...rest];
  };
  return {
    commands: { test: command(survey.test), lint: command(survey.lint) },
    environment: { ...testEnvironment(), ...provision.env, PATH: [...provision.path, path].join(':') },
  };
}
