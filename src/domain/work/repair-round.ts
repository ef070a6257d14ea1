import type { Gap } from '../plan/comparison';
import { gateItem, GateSlug } from '../quality-gate/gate-items';
import { compareIds, PathClaim, type PlanTask, type TaskId, type TaskOutline } from '../plan/plan';
import type { GateFinding, Receipt, Subject } from '../quality-gate/receipt';
import { nextTaskId, ownerOf } from './repair';
import { SPECIALISTS, type RoleName } from '../department/specialists';

/** Tasks one round adds at most. */
const MAX_REPAIRS = 5;

/** Work of the plan as it came out: who did it, and whether it is part of what is integrated. */
export interface DoneWork {
  readonly task: TaskOutline;
  readonly specialist: RoleName;
}

/** Something to be mended, and whose work it is about. */
interface Defect {
  readonly owner: DoneWork;
  readonly subject: Subject | null;
  readonly demand: string;
  readonly evidence: readonly string[];
  readonly files: readonly string[];
}

/**
 * The tasks of the one repair round: red items and gaps, by whoever owns what they are about. Nothing has to be thought
 * up for that: an item's evidence names files, files have owners, and a gap belongs to the task that promised it. They
 * run one after another on what is integrated, may touch what their owners could, and owe the items they mend.
 */
export function repairRound(request: {
  readonly red: readonly Receipt[];
  readonly gaps: readonly Gap[];
  readonly done: readonly DoneWork[];
  /** Ids the plan has used, merged or not. */
  readonly ids: readonly TaskId[];
  readonly stack: string;
}): PlanTask[] {
  const { red, gaps, done, stack } = request;
  const owners = new Map<RoleName, Defect[]>();
  for (const defect of [
    ...red.map((row) => defectOf(row, done, stack)),
    ...gaps.map((gap) => missing(gap, done)),
  ]) {
    if (defect === null) continue;
    const { specialist } = defect.owner;
    owners.set(specialist, [...(owners.get(specialist) ?? []), defect]);
  }
  const groups = [...owners.values()];
  const kept = groups.slice(0, MAX_REPAIRS);
  // Who comes too late is mended by the last one; no defect is left out.
  kept[MAX_REPAIRS - 1]?.push(...groups.slice(MAX_REPAIRS).flat());

  const merged = done.map(({ task }) => task.id).sort(compareIds);
  const tasks: PlanTask[] = [];
  for (const group of kept) {
    const id = nextTaskId([...request.ids, ...tasks.map((task) => task.id)]);
    const before = tasks.at(-1)?.id;
    tasks.push(taskFor(id, group, before === undefined ? merged : [...merged, before]));
  }
  return tasks;
}

function defectOf(receipt: Receipt, done: readonly DoneWork[], stack: string): Defect | null {
  const findings = receipt.findings ?? [];
  const files = [...new Set(findings.flatMap(({ file }) => file ?? []))];
  const owner = ownerOfFile(files[0], done) ?? ownerOfSubject(receipt.subject, done, stack);
  if (owner === null) return null;
  const slug = GateSlug.safeParse(receipt.subject);
  return {
    owner,
    subject: receipt.subject,
    demand: slug.success ? gateItem(slug.data).demand : `the ${receipt.subject} of the repository pass`,
    evidence: [receipt.note, ...findings.map(placeOf)].filter((text) => text !== ''),
    files,
  };
}

function missing(gap: Gap, done: readonly DoneWork[]): Defect | null {
  const own = done.find(({ task }) => task.id === gap.source);
  const owner = own ?? done.findLast(({ task }) => task.kind === 'implementation') ?? done.at(-1);
  return owner === undefined
    ? null
    : { owner, subject: null, demand: gap.what, evidence: [`Not built: ${gap.why}`], files: [] };
}

function ownerOfFile(file: string | undefined, done: readonly DoneWork[]): DoneWork | null {
  if (file === undefined) return null;
  const owner = ownerOf(
    file,
    done.map(({ task }) => task),
  );
  return done.find(({ task }) => task.id === owner?.id) ?? null;
}

/** Kinds of tasks whose work an item without files is about, the best first. */
const KINDS_BY_SECTION: Readonly<Record<string, readonly PlanTask['kind'][]>> = {
  database: ['schema', 'implementation'],
  documentation: ['documentation', 'operations', 'implementation'],
};

function ownerOfSubject(subject: Subject, done: readonly DoneWork[], stack: string): DoneWork | null {
  const slug = GateSlug.safeParse(subject);
  const section = slug.success ? gateItem(slug.data).section : '';
  const expert = SPECIALISTS.find((row) => row.stack === stack)?.name;
  for (const kind of KINDS_BY_SECTION[section] ?? ['implementation']) {
    const able = done.filter(({ task }) => task.kind === kind);
    const found = able.findLast(({ specialist }) => specialist === expert) ?? able.at(-1);
    if (found !== undefined) return found;
  }
  return done.at(-1) ?? null;
}

function placeOf({ file, line, text }: GateFinding): string {
  return file === undefined ? text : `${file}${line === undefined ? '' : `:${String(line)}`}: ${text}`;
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

function taskFor(id: TaskId, defects: readonly Defect[], dependsOn: readonly TaskId[]): PlanTask {
  const subjects = [...new Set(defects.flatMap(({ subject }) => subject ?? []))];
  const slugs = subjects.flatMap((subject) => {
    const slug = GateSlug.safeParse(subject);
    return slug.success ? [slug.data] : [];
  });
  const paths = defects.flatMap(({ files, owner }) => [...files, ...owner.task.owns, ...owner.task.shares]);
  const unbuilt = defects.filter(({ subject }) => subject === null);
  const what = [
    ...(subjects.length > 0 ? [`mend ${subjects.join(', ')}`] : []),
    ...(unbuilt.length > 0 ? ['build what is missing'] : []),
  ].join('; ');
  return {
    id,
    title: cut(`Repair: ${what}`, 120),
    specialist: defects[0]?.owner.specialist ?? '',
    kind: 'repair',
    priority: 'critical',
    objective: `The integrated tree did not pass the last gate of the objective: ${cut(what, 3000)}. Mend it so that the gate passes.`,
    requirements: defects
      .map(({ subject, demand, evidence }) =>
        cut([subject === null ? demand : `${subject} (${demand})`, ...evidence].join('\n'), 1000),
      )
      .slice(0, 40),
    acceptanceCriteria: defects.map(({ demand }) => cut(demand, 1000)).slice(0, 40),
    dependsOn: dependsOn.slice(-200),
    context: {
      apiSpecifications: [],
      databaseSchema: [],
      codePatterns: [],
      performanceSlas: [],
      securityRequirements: [],
    },
    expectedOutput: ['the mended files and tests that would fail without the repair'],
    successCriteria: ['all tests pass'],
    owns: [],
    // Nothing runs beside a repair; what it may touch still belongs to those who made it.
    shares: [...new Set(paths)].filter((path) => PathClaim.safeParse(path).success).slice(0, 100),
    gateItems: slugs,
  };
}
