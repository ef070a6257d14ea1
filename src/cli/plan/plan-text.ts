import type { Plan } from '../../domain/plan/plan';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ConfigurationError } from '../../domain/common/user-error';
import type { BlobStore } from '../../ports/blob-store';
import { checkPlanFile } from './check-plan-file';
import { openPlan } from './plan-at-hand';
import { writePlanFile } from './write-plan-file';

/** Most lines that are told of what is wrong. */
const MOST_ERRORS = 5;

/** The plan file of the command line, as text for whoever edits it elsewhere. */
export function createPlanText(blobs: () => Promise<BlobStore>): {
  write(status: ObjectiveStatus): Promise<string>;
  /** @throws ConfigurationError with the lines that are wrong, or for a plan that is as it was */
  read(status: ObjectiveStatus, text: string): Promise<Plan>;
} {
  return {
    write: async (status) => writePlanFile(await openPlan(await blobs(), status)),
    read: async (status, text) => {
      const checked = checkPlanFile(Buffer.from(text), await openPlan(await blobs(), status));
      switch (checked.kind) {
        case 'changed':
          return checked.plan;
        case 'nothing':
          throw new ConfigurationError(`${checked.why}, so nothing was sent.`);
        case 'wrong': {
          const lines = checked.errors.map((error) => `line ${String(error.line)}: ${error.text}`);
          const more = lines.length > MOST_ERRORS ? `; ${String(lines.length - MOST_ERRORS)} more` : '';
          throw new ConfigurationError(
            `The plan cannot be used: ${lines.slice(0, MOST_ERRORS).join('; ')}${more}.`,
          );
        }
      }
    },
  };
}
