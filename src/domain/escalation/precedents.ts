import { z } from 'zod';
import type { AuditLine } from './audit';
import { DecisionKind } from './escalation';
import type { EscalationReason } from '../department/triggers';

/** A decision somebody made on a question of the same trigger. */
export const Precedent = z.object({
  at: z.string(),
  objective: z.string(),
  repository: z.string(),
  escalationId: z.string(),
  question: z.string(),
  decision: DecisionKind,
  option: z.string().nullable(),
  guidance: z.string().nullable(),
  by: z.string(),
  /** Who it was as a proof says; null: nobody vouched for it. */
  person: z.string().nullable(),
});
export type Precedent = z.infer<typeof Precedent>;

const MOST = 3;
const EXCERPT = 300;

const Said = z.object({
  escalationId: z.string(),
  decision: DecisionKind,
  option: z.string().optional(),
  guidance: z.string().optional(),
});

/**
 * What people decided on the same trigger before: those about this repository first, newest first, at most three.
 * Defaults are no precedents, for nobody thought about them.
 * @param repository its identity or its name in lists; null: not known
 */
export function precedentsOf(
  lines: readonly AuditLine[],
  about: { readonly trigger: EscalationReason; readonly repository: string | null },
): Precedent[] {
  const found = lines.flatMap((line) => {
    const precedent = line.kind === 'decision' ? precedentOf(line, about.trigger) : null;
    if (precedent === null || line.kind !== 'decision') return [];
    const here = [line.repository, line.repositoryLabel].includes(about.repository ?? '');
    return [{ precedent, here }];
  });
  const newest = found.reverse();
  return [...newest.filter(({ here }) => here), ...newest.filter(({ here }) => !here)]
    .slice(0, MOST)
    .map(({ precedent }) => precedent);
}

function precedentOf(
  line: Extract<AuditLine, { kind: 'decision' }>,
  trigger: EscalationReason,
): Precedent | null {
  const { saw, who } = line;
  if (saw?.kind !== 'escalation' || saw.escalation.trigger !== trigger || who.channel === 'timer')
    return null;
  const said = Said.safeParse(line.decision);
  if (!said.success) return null;
  const { decision, option = null, guidance = null, escalationId } = said.data;
  return {
    at: line.at,
    objective: line.objective,
    repository: line.repositoryLabel,
    escalationId,
    question: saw.escalation.question.slice(0, EXCERPT),
    decision,
    option,
    guidance: guidance?.slice(0, EXCERPT) ?? null,
    by: who.by,
    person: who.person,
  };
}
