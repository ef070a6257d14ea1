import type { BlobRef } from '../domain/blob';

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
