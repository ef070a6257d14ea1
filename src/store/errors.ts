import type { BlobRef } from '../domain/common/blob';

/** The store does not hold what the reference names. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
  readonly ref: BlobRef;

  constructor(ref: BlobRef, root: string, options?: ErrorOptions) {
    super(`The blob ${ref} is not in ${root}; was the folder cleaned, or is it another worker's?`, options);
    this.ref = ref;
  }
}

/** The bytes are not those the reference names: the file was changed or damaged. */
export class BlobCorrupt extends Error {
  override readonly name = 'BlobCorrupt';
  readonly ref: BlobRef;

  constructor(ref: BlobRef, path: string) {
    super(`The blob ${ref} is damaged; remove ${path} and let the step that made it run again.`);
    this.ref = ref;
  }
}

/** There is no room for the blob; nothing of it was left. */
export class BlobNotStored extends Error {
  override readonly name = 'BlobNotStored';

  constructor(root: string, options?: ErrorOptions) {
    super(`There is no disk space left for ${root}; free some, then resume.`, options);
  }
}

/** Another process goes on with the journal; this one has been given up on. */
export class JournalTaken extends Error {
  override readonly name = 'JournalTaken';

  constructor(path: string) {
    super(`Another worker goes on with ${path}; this one stops.`);
  }
}

/** A line inside the journal is not what was written. */
export class JournalCorrupt extends Error {
  override readonly name = 'JournalCorrupt';

  constructor(path: string, line: number, options?: ErrorOptions) {
    super(
      `Line ${String(line)} of ${path} is damaged; remove the file and let the attempt run again.`,
      options,
    );
  }
}
