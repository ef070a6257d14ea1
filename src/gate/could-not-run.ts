import { MachineTrouble } from '../domain/quality-gate/machine-trouble';

/**
 * The machine, not the work, stands in the way of a check: no sandbox, no registry, no database. Nothing can be said
 * about the work; worth trying again.
 */
export class CouldNotRun extends MachineTrouble {
  override readonly name = 'Gate.CouldNotRun';
}
