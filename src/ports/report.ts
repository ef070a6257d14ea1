import type { ObjectiveStatus } from '../domain/status';

/** Writes the reports of an objective and tells where they are. */
export interface Reports {
  write(request: { readonly status: ObjectiveStatus }): Promise<{ readonly report: string }>;
}
