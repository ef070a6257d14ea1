import { createHash } from 'node:crypto';
import { objectiveId, objectiveKey } from '../../domain/objective/objective';
import type { Target } from '../services';

/** The id of an objective on a target; the same three facts always give the same one. */
export function identifyObjective(text: string, target: Pick<Target, 'identity' | 'baseCommit'>): string {
  const key = objectiveKey(text, target.identity, target.baseCommit);
  return objectiveId(text, createHash('sha256').update(key).digest('hex'));
}
