import { z } from 'zod';

/**
 * The eight specialists of the department (charter: "Backend Specialist Roster"), in the charter's order.
 * Their roles are `agents/<name>.md`; a target repository may add more, so plans carry {@link RoleName}.
 */
export const SPECIALISTS = [
  { name: 'api-architect', does: 'REST and GraphQL API design, contracts, versioning', stack: null },
  { name: 'backend-architect', does: 'server architecture, microservices, patterns, audits', stack: null },
  { name: 'nodejs-expert', does: 'Node.js, Express and NestJS applications', stack: 'node' },
  { name: 'python-pro', does: 'Python, FastAPI and Django applications', stack: 'python' },
  { name: 'java-expert', does: 'Java and Spring Boot applications', stack: 'java' },
  { name: 'graphql-architect', does: 'GraphQL schemas, resolvers, optimisation', stack: null },
  { name: 'database-optimizer', does: 'database design, indexing, optimisation, migrations', stack: null },
  { name: 'database-admin', does: 'database operations, backups, maintenance', stack: null },
] as const;

export type Specialist = (typeof SPECIALISTS)[number]['name'];
export const SPECIALIST_NAMES = SPECIALISTS.map((row) => row.name);

/** Who coordinates. It plans, reviews and decides; its requests never carry file or shell tools. */
export const COORDINATOR = 'backend-coordinator';
/** Who looks at contracts for the frontend, which is outside this department; it takes no task of a plan. */
export const FRONTEND_COORDINATOR = 'frontend-coordinator';
/** Who answers level 4: a human, or an agent on behalf of one. */
export const TECH_LEAD = 'tech-lead-orchestrator';

/** A role's name without the leading `@`: one of the eight, or one a target repository brings. */
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'a role name is lower-case kebab-case');
export type RoleName = z.infer<typeof RoleName>;

/** How a role is written in text people read: `@nodejs-expert`. */
export function mention(role: RoleName): string {
  return `@${role}`;
}
