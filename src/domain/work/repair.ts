import type { Finding } from './handoff';
import { HIGHEST_NUMBER, type PlanTask, type TaskId, type TaskOutline } from '../plan/plan';
import { mention } from '../department/specialists';
import { claimCovers } from '../plan/path-claims';

/** The next free task id of a plan. */
export function nextTaskId(ids: readonly TaskId[]): TaskId {
  const taken = new Set(ids.map((id) => Number(id.replace('backend-T', ''))));
  let number = Math.max(0, ...taken) + 1;
  // Where somebody gave the highest there is: the first that is free.
  if (number > HIGHEST_NUMBER) for (number = 1; taken.has(number);) number += 1;
  return `backend-T${String(number).padStart(3, '0')}`;
}

/** Whose code a finding is about: the task that owns the file, else the last implementation that shares it. */
export function ownerOf(file: string, tasks: readonly TaskOutline[]): TaskOutline | null {
  const owner = tasks.find((task) => task.owns.some((claim) => claimCovers(claim, file)));
  const sharer = tasks.findLast(
    (task) => task.kind === 'implementation' && task.shares.some((claim) => claimCovers(claim, file)),
  );
  return owner ?? sharer ?? tasks.findLast((task) => task.kind === 'implementation') ?? null;
}

/** The task that mends what an audit found; it goes to whoever owns the code and may touch what it owned. */
export function repairTask(request: {
  readonly id: TaskId;
  readonly audit: TaskOutline;
  readonly findings: readonly Finding[];
  readonly tasks: readonly TaskOutline[];
  readonly guidance: string | null;
}): PlanTask {
  const { id, audit, findings, tasks, guidance } = request;
  const owners = [
    ...new Set(findings.map((finding) => ownerOf(finding.file, tasks)).filter((owner) => owner !== null)),
  ];
  const lead = owners[0] ?? audit;
  const paths = [
    ...new Set([...findings.map((finding) => finding.file), ...owners.flatMap((task) => task.owns)]),
  ];
  return {
    id,
    title: `Mend what ${audit.id} found`.slice(0, 120),
    specialist: lead.specialist,
    kind: 'repair',
    priority: 'critical',
    objective: `Mend the findings of ${audit.id} (${mention(audit.specialist)}) so that a second audit passes.`,
    requirements: [
      ...findings.map((f) => `${f.title} in ${f.file}: ${f.detail} Remedy: ${f.remedy}`.slice(0, 1000)),
      ...(guidance === null ? [] : [`From the human who decided: ${guidance}`.slice(0, 1000)]),
    ].slice(0, 40),
    acceptanceCriteria: findings.map((f) => `${f.title} no longer holds`).slice(0, 40),
    dependsOn: [...audit.dependsOn],
    context: {
      apiSpecifications: [],
      databaseSchema: [],
      codePatterns: [],
      performanceSlas: [],
      securityRequirements: findings
        .filter((f) => f.about !== 'architecture')
        .map((f) => `${f.title} (${f.severity})`)
        .slice(0, 40),
    },
    expectedOutput: ['the mended files and tests that would fail without the repair'],
    successCriteria: ['all tests pass'],
    owns: paths.slice(0, 100),
    shares: [...new Set(owners.flatMap((task) => task.shares))].slice(0, 100),
    gateItems: [],
  };
}
