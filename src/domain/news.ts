import { z } from 'zod';

/**
 * What people are told of without asking, in rows. `title` is what a notification is headed with; `asks` says whether
 * somebody has to do something.
 */
export const NEWS_KINDS = [
  { kind: 'escalation', title: 'A question for you', asks: true },
  { kind: 'plan-review', title: 'A plan waits for approval', asks: true },
  { kind: 'contract-review', title: 'A contract waits for review', asks: true },
  { kind: 'reminder', title: 'Still waiting for you', asks: true },
  { kind: 'decided', title: 'Decided', asks: false },
  { kind: 'ended', title: 'An objective has ended', asks: false },
] as const;

export const NewsKind = z.enum(NEWS_KINDS.map((row) => row.kind));
export type NewsKind = z.infer<typeof NewsKind>;
