import type { BlobRef } from '../domain/common/blob';

/** Content-addressed storage outside Temporal; the same bytes always give the same reference. */
export interface BlobStore {
  put(bytes: Uint8Array | string): Promise<BlobRef>;
  /** Throws `BlobMissing` when the store does not hold it. */
  get(ref: BlobRef): Promise<Buffer>;
}
