import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';

/** Lines of the new side, both ends included, counted from 1. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

export interface ChangedFile {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Added or changed lines; empty for a deleted file. */
  readonly lines: readonly LineRange[];
}

/** What differs from the base commit; a renamed file is two rows. */
export interface Changes {
  readonly base: string;
  readonly files: readonly ChangedFile[];
  /** Text of a file on the base; null where it is not there. */
  readBase(path: string): Promise<string | null>;
  /** Commits between base and target, newest last, and the text each of them adds. */
  commits(): Promise<readonly { readonly commit: string; readonly added: readonly AddedLine[] }[]>;
}

export interface AddedLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the target's commit changes against its base. */
export function gatherChanges(_inspection: Inspection): Promise<Changes> {
  return Promise.reject(new CannotTell('changes cannot be read yet'));
}
