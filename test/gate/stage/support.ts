import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GateSettings, NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import type { Survey } from '../../../src/domain/target/survey';
import type { Inspection } from '../../../src/gate/inspection';
import { openInspection } from '../../../src/gate/open-inspection';
import {
  startRunningService,
  type RunningService,
  type ServiceOptions,
} from '../../../src/gate/facts/service';
import type { GateSetting } from '../../../src/gate/gate-runner';
import { createSandbox, probeSandbox } from '../../../src/sandbox/sandbox';
import { surveyFiles } from '../../../src/survey/survey-files';
import { createSetting, SURVEY, treeOf, writeFiles } from '../support';

export type RunSettings = NonNullable<GateSettings['run']>;

export const RUN: RunSettings = {
  cmd: ['node', 'server.js'],
  portEnv: 'PORT',
  health: '/health',
  readyTimeoutMs: 5_000,
  env: {},
  requiredEnv: [],
};

/** A service in a folder, looked at as the gate does. */
export interface Sample {
  readonly folder: string;
  readonly inspection: Inspection;
  readonly setting: GateSetting;
  start(options?: Partial<ServiceOptions>): Promise<RunningService>;
  dispose(): Promise<void>;
}

function surveyOf(folder: string): Survey {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return surveyFiles({
    files,
    read: (path) => (files.includes(path) ? readFileSync(join(folder, path), 'utf8') : null),
  });
}

const MADE_LOCALLY = /\/(?:node_modules|coverage|\.venv|__pycache__|\.[a-z]+_cache)$/;

function commitAll(folder: string, gitDir: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['--git-dir', gitDir, '--work-tree', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  git('init', '-q');
  git('add', '-A');
  return git('write-tree');
}

/** Writes the files and opens an inspection of them, in the sandbox of this machine or without one. */
export async function openSample(
  files: Record<string, string | object>,
  more: {
    readonly run?: Partial<RunSettings> | null;
    readonly settings?: Partial<GateSettings>;
    readonly survey?: Partial<Survey>;
    readonly confined?: boolean;
    readonly facts?: Partial<Inspection>;
    readonly setting?: Partial<GateSetting>;
    readonly signal?: AbortSignal;
    /** More folders the sandbox shows. */
    readonly readOnly?: readonly string[];
    /** A folder whose files come first. */
    readonly from?: string;
  } = {},
): Promise<Sample> {
  const base = mkdtempSync(join(tmpdir(), 'stage-test-'));
  const folder = join(base, 'checkout');
  mkdirSync(folder);
  const { from } = more;
  if (from !== undefined)
    cpSync(from, folder, { recursive: true, filter: (path) => !MADE_LOCALLY.test(path) });
  writeFiles(folder, files);
  const tree = commitAll(folder, join(base, 'mirror.git'));
  const sandbox = createSandbox(
    more.confined === false
      ? { level: 'none', detail: 'a test' }
      : await probeSandbox({ PATH: process.env['PATH'] ?? '' }),
  );
  const setting = createSetting(base, {
    sandbox,
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: more.readOnly ?? [] }),
      addDependency: () => Promise.reject(new Error('this test adds no dependency')),
    },
    ...more.setting,
  });
  const survey: Survey =
    from === undefined
      ? {
          ...SURVEY,
          ...more.survey,
          gate: { ...NO_SETTINGS, run: more.run === null ? null : { ...RUN, ...more.run }, ...more.settings },
        }
      : surveyOf(folder);
  const opened = openInspection(setting, {
    target: {
      path: folder,
      gitDir: join(base, 'mirror.git'),
      commit: treeOf('c'),
      tree,
      base: treeOf('b'),
    },
    survey,
    signal: more.signal ?? new AbortController().signal,
  });
  const services: RunningService[] = [];
  const start = async (options: Partial<ServiceOptions> = {}): Promise<RunningService> => {
    const service = await startRunningService(inspection, setting, { seed: false, ...options });
    services.push(service);
    return service;
  };
  const inspection: Inspection = {
    ...opened.inspection,
    startService: start,
    service: () => start({ seed: true }),
    ...more.facts,
  };
  return {
    folder,
    inspection,
    setting,
    start,
    async dispose() {
      await Promise.all(services.map((service) => service.stop()));
      await opened.dispose();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A Node service without dependencies; `handler` is the body of `(request, response) => …`. */
export function nodeService(handler: string, before = ''): Record<string, string> {
  return {
    'server.js': `
const http = require('node:http');
${before}
http.createServer((request, response) => {
  const url = new URL(request.url, 'http://x');
  const send = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (url.pathname === '/health') return send(200, { status: 'ok' });
  ${handler}
  send(404, { code: 'not-found' });
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
`,
  };
}
