import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { EngineName } from '../domain/target/engine-need';
import type { Engine, FoundEngine } from '../ports/engines';
import { findProgram } from './find-program';
import { ownFiles } from './own-files';

/** Runs a program of this machine; both streams, null where it fails. */
export type Ask = (argv: readonly [string, ...string[]]) => Promise<string | null>;

interface ProbePlace {
  readonly path: string;
  /** The user's JAVA_HOME, which Maven prefers to PATH. */
  readonly javaHome: string | undefined;
  readonly ask: Ask;
}

type Probe = (place: ProbePlace) => Promise<FoundEngine>;

const NOT_THERE: FoundEngine = { kind: 'missing', why: 'not on PATH' };

function probeNode(): Promise<FoundEngine> {
  // Targets run on the Node that runs this; every sandbox has it.
  return Promise.resolve(
    found({
      name: 'node',
      version: process.versions.node,
      program: process.execPath,
      path: [dirname(process.execPath)],
      env: {},
      readOnly: [],
    }),
  );
}

const PythonFacts = z.object({ version: z.string(), executable: z.string(), prefix: z.string() });
const PYTHON_FACTS = [
  'import json, os, sys',
  "base = getattr(sys, '_base_executable', sys.executable)",
  "version = '.'.join(map(str, sys.version_info[:3]))",
  "print(json.dumps({'version': version, 'executable': os.path.realpath(base), 'prefix': sys.base_prefix}))",
].join('\n');

/** Asks the interpreter itself: what is on PATH may be a shim or a virtual environment. */
async function probePython({ path, ask }: ProbePlace): Promise<FoundEngine> {
  const program = findProgram('python3', path);
  if (program === undefined) return NOT_THERE;
  const facts = PythonFacts.safeParse(parseJson(await ask([program, '-I', '-c', PYTHON_FACTS])));
  if (!facts.success) return { kind: 'missing', why: `${program} does not run` };
  const { version, executable, prefix } = facts.data;
  return found({
    name: 'python3',
    version,
    program: executable,
    path: [dirname(executable)],
    env: {},
    readOnly: ownFiles(prefix, ['bin', 'lib', 'lib64']),
  });
}

async function probeJava({ path, javaHome, ask }: ProbePlace): Promise<FoundEngine> {
  const named = javaHome === undefined ? undefined : join(javaHome, 'bin', 'java');
  const program = named !== undefined && existsSync(named) ? named : findProgram('java', path);
  if (program === undefined) return NOT_THERE;
  const settings = (await ask([program, '-XshowSettings:properties', '-version'])) ?? '';
  const home = /^\s*java\.home = (.+?)\s*$/m.exec(settings)?.[1];
  const version = /^\s*java\.version = (.+?)\s*$/m.exec(settings)?.[1];
  if (home === undefined || version === undefined) {
    return { kind: 'missing', why: `${program} does not run` };
  }
  if (!existsSync(join(home, 'bin', 'javac'))) {
    return { kind: 'missing', why: `${home} has no compiler, it is a JRE` };
  }
  return found({
    name: 'java',
    version,
    program: join(home, 'bin', 'java'),
    path: [join(home, 'bin')],
    env: { JAVA_HOME: home },
    readOnly: ownFiles(home, ['bin', 'lib', 'conf', 'jmods', 'include', 'release']),
  });
}

/** Of Maven's configuration only what it cannot start without: its settings.xml may hold passwords. */
async function probeMaven({ path, ask }: ProbePlace): Promise<FoundEngine> {
  const program = findProgram('mvn', path);
  if (program === undefined) return NOT_THERE;
  const text = (await ask([program, '--batch-mode', '--version'])) ?? '';
  const version = /Apache Maven (\d[\w.-]*)/.exec(text)?.[1];
  const home = /^Maven home: (.+?)\s*$/m.exec(text)?.[1];
  if (version === undefined || home === undefined) {
    return { kind: 'missing', why: `${program} does not run` };
  }
  const parts = ['bin', 'boot', 'lib', join('bin', 'm2.conf'), join('conf', 'logging')];
  return found({
    name: 'mvn',
    version,
    program: realpathSync(join(home, 'bin', 'mvn')),
    path: [join(home, 'bin')],
    env: {},
    readOnly: ownFiles(home, parts),
  });
}

export const PROBES: Readonly<Record<EngineName, Probe>> = {
  node: probeNode,
  python3: probePython,
  java: probeJava,
  mvn: probeMaven,
};

function found(engine: Engine): FoundEngine {
  return { kind: 'found', engine };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
