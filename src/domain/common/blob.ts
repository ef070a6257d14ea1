import { z } from 'zod';

/** A content-addressed blob: lower-case hex sha-256 of its bytes. Large things travel as one of these. */
export const BlobRef = z.string().regex(/^[0-9a-f]{64}$/, 'a blob reference is a sha-256 in lower-case hex');
export type BlobRef = z.infer<typeof BlobRef>;

/** Largest JSON an activity may return, in bytes; above it Temporal loses work or hangs. */
export const MAX_RESULT_BYTES = 64 * 1024;
