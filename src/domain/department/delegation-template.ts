import type { ContextCategory } from '../context/context-categories';
import { mayReceive, selectContext } from '../context/context-rules';
import type { DelegationContext, PlanTask, TaskId } from '../plan/plan';
import { mention } from './specialists';

/** A task as it is delegated: whom it is for stands in `task.specialist`, also after a reassignment. */
export interface Delegation {
  readonly task: PlanTask;
  /** Tasks that cannot start before this one. */
  readonly blocks: readonly TaskId[];
  readonly context: DelegationContext;
  /** Who reads it, where that is not the specialist: a peer, the coordinator. */
  readonly audience?: string;
}

/** The lines of CONTEXT, each with the category that decides whether a role may see it. */
export const CONTEXT_LINES: readonly {
  readonly key: keyof DelegationContext;
  readonly label: string;
  readonly category: ContextCategory;
}[] = [
  { key: 'apiSpecifications', label: 'API specifications', category: 'api-contracts' },
  { key: 'databaseSchema', label: 'Database schema', category: 'database-schema' },
  { key: 'codePatterns', label: 'Existing code patterns', category: 'code-patterns' },
  { key: 'performanceSlas', label: 'Performance SLAs', category: 'performance-requirements' },
  { key: 'securityRequirements', label: 'Security requirements', category: 'security-requirements' },
];

type Filling =
  | { readonly kind: 'inline'; readonly fill: (delegation: Delegation) => string }
  | { readonly kind: 'text'; readonly fill: (delegation: Delegation) => string }
  | {
      readonly kind: 'list';
      readonly bullet: '- ' | '- [ ] ';
      readonly fill: (d: Delegation) => readonly string[];
    };

/** The delegation template (charter: "Task Delegation Template"): its headings in order, and how each is filled. */
export const DELEGATION_SECTIONS: readonly ({ readonly heading: string } & Filling)[] = [
  { heading: 'DELEGATION TO', kind: 'inline', fill: ({ task }) => mention(task.specialist) },
  { heading: 'TASK ID', kind: 'inline', fill: ({ task }) => task.id },
  { heading: 'PRIORITY', kind: 'inline', fill: ({ task }) => task.priority },
  { heading: 'OBJECTIVE', kind: 'text', fill: ({ task }) => task.objective },
  { heading: 'REQUIREMENTS', kind: 'list', bullet: '- ', fill: ({ task }) => task.requirements },
  {
    heading: 'ACCEPTANCE CRITERIA',
    kind: 'list',
    bullet: '- [ ] ',
    fill: ({ task }) => task.acceptanceCriteria,
  },
  {
    heading: 'DEPENDENCIES',
    kind: 'list',
    bullet: '- ',
    fill: ({ task, blocks }) => [`Depends on: ${nameAll(task.dependsOn)}`, `Blocks: ${nameAll(blocks)}`],
  },
  { heading: 'CONTEXT', kind: 'list', bullet: '- ', fill: contextLines },
  { heading: 'EXPECTED OUTPUT', kind: 'list', bullet: '- ', fill: ({ task }) => task.expectedOutput },
  {
    heading: 'SUCCESS CRITERIA',
    kind: 'list',
    bullet: '- ',
    fill: ({ task }) =>
      task.successCriteria.length > 0 ? task.successCriteria : ['every acceptance criterion is met'],
  },
];

/** The filled template. Context that who reads it may not receive is withheld and said to be. */
export function renderDelegation(delegation: Delegation): string {
  const parts = DELEGATION_SECTIONS.map((section) => {
    if (section.kind === 'inline') return `${section.heading}: ${section.fill(delegation)}\n`;
    if (section.kind === 'text') return `\n${section.heading}:\n${section.fill(delegation).trim()}\n`;
    const lines = section.fill(delegation);
    const items = lines.length > 0 ? lines.map((line) => section.bullet + hang(line)) : ['- none'];
    return `\n${section.heading}:\n${items.join('\n')}\n`;
  });
  return parts.join('');
}

/** What `renderDelegation` sends and withholds for a role, line by line; for the log of withheld context. */
export function selectDelegationContext(
  role: string,
  context: DelegationContext,
): ReturnType<typeof selectContext<{ category: ContextCategory; text: string }>> {
  return selectContext(
    role,
    CONTEXT_LINES.flatMap(({ key, category }) => context[key].map((text) => ({ category, text }))),
  );
}

function contextLines({ task, context, audience = task.specialist }: Delegation): string[] {
  return CONTEXT_LINES.map(({ key, label, category }) => {
    const lines = context[key];
    if (lines.length === 0) return `${label}: none`;
    if (!mayReceive(audience, category)) return `${label}: withheld, not part of this role's context`;
    return `${label}: ${lines.join('; ')}`;
  });
}

function nameAll(ids: readonly TaskId[]): string {
  return ids.length > 0 ? ids.join(', ') : 'none';
}

/** Keeps a line that has breaks inside its own bullet, so that it cannot pass for a section. */
function hang(line: string): string {
  return line.trim().replace(/\s*\n\s*/g, '\n  ');
}
