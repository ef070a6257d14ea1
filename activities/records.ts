import type { z } from 'zod';
import type { BlobRef } from '../src/domain/common/blob';
import { Dossier } from '../src/domain/work/dossier';
import { Plan, type DelegatedTask, type TaskId } from '../src/domain/plan/plan';
import { GateReport } from '../src/domain/quality-gate/receipt';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import { blocks } from '../src/domain/plan/task-graph';
import type { BlobStore } from '../src/ports/blob-store';

/** JSON records in the blob store, parsed where they come in. */
export interface Records {
  save(record: unknown): Promise<BlobRef>;
  load<T>(ref: BlobRef, schema: z.ZodType<T>): Promise<T>;
  dossier(handle: ObjectiveHandle): Promise<Dossier>;
  plan(ref: BlobRef): Promise<Plan>;
  task(plan: BlobRef, id: TaskId): Promise<DelegatedTask>;
  gateReport(ref: BlobRef): Promise<GateReport>;
}

export function createRecords(store: BlobStore): Records {
  const load = async <T>(ref: BlobRef, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse((await store.get(ref)).toString('utf8')));
  return {
    save: (record) => store.put(JSON.stringify(record)),
    load,
    dossier: (handle) => load(handle.dossier, Dossier),
    plan: (ref) => load(ref, Plan),
    task: async (ref, id) => {
      const { tasks } = await load(ref, Plan);
      const task = tasks.find((row) => row.id === id);
      if (task === undefined) throw new Error(`The plan ${ref.slice(0, 12)} has no task ${id}`);
      return { ...task, blocks: blocks(tasks, id) };
    },
    gateReport: (ref) => load(ref, GateReport),
  };
}
