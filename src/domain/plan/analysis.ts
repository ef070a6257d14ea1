import { z } from 'zod';

/** The seven facets every objective is read for (charter: "Backend Objective Analysis"). */
export const FACETS = [
  { key: 'apiEndpoints', title: 'API endpoints' },
  { key: 'schemaChanges', title: 'Database schema changes' },
  { key: 'authRequirements', title: 'Authentication and authorization' },
  { key: 'performance', title: 'Performance (latency, throughput)' },
  { key: 'scalability', title: 'Scalability' },
  { key: 'integrations', title: 'Third-party integrations' },
  { key: 'monitoring', title: 'Monitoring and logging' },
] as const;

const Notes = z.array(z.string().min(1).max(500)).max(50);

/** What the coordinator understood; an empty list says the facet is not touched. */
export const Analysis = z.strictObject({
  summary: z.string().min(1).max(2000),
  apiEndpoints: Notes,
  schemaChanges: Notes,
  authRequirements: Notes,
  performance: Notes,
  scalability: Notes,
  integrations: Notes,
  monitoring: Notes,
});
export type Analysis = z.infer<typeof Analysis>;
