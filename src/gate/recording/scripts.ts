import { z } from 'zod';
import type { SourceFiles } from '../facts/source-files';

const Manifest = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.string()).catch({}),
  devDependencies: z.record(z.string(), z.string()).catch({}),
});

export interface NodeManifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: ReadonlySet<string>;
}

const NOTHING: NodeManifest = { scripts: {}, dependencies: new Set() };

/** Scripts and dependencies of package.json; nothing where it cannot be read. */
export async function readNodeManifest(files: SourceFiles): Promise<NodeManifest> {
  const text = await files.read('package.json');
  try {
    const { scripts, dependencies, devDependencies } = Manifest.parse(JSON.parse(text ?? ''));
    return {
      scripts,
      dependencies: new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]),
    };
  } catch {
    return NOTHING;
  }
}

const RUNNERS: readonly string[] = ['npm', 'pnpm', 'yarn', 'bun'];

/** What a command runs in the end: the text of its npm script, scripts it starts included. */
export function scriptText(argv: readonly string[], { scripts }: NodeManifest, depth = 0): string {
  const [program = '', ...rest] = argv;
  const words = rest.filter((word) => !word.startsWith('-'));
  const [first = '', second = ''] = words;
  const name = first === 'run' || first === 'run-script' ? second : first;
  const text = RUNNERS.includes(program) ? scripts[name === 't' ? 'test' : name] : undefined;
  if (text === undefined || depth > 3) return argv.join(' ');
  return text.replace(/\b(?:npm|pnpm|yarn) (?:-s |--silent )?(?:run )?([\w:-]+)/g, (call, inner: string) =>
    scripts[inner] === undefined
      ? call
      : scriptText(['npm', 'run', inner], { scripts, dependencies: new Set() }, depth + 1),
  );
}

/** The command with flags for the program at the end of its script. */
export function withFlags(argv: readonly string[], flags: readonly string[]): readonly string[] {
  const separator = argv[0] === 'npm' || argv[0] === 'pnpm' ? (argv.includes('--') ? [] : ['--']) : [];
  return [...argv, ...separator, ...flags];
}
