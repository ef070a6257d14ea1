import { rosterOf, type DepartmentRoles } from '../../domain/department/department-roles';
import { GATE_ITEMS } from '../../domain/quality-gate/gate-items';
import { CONSULTATION } from '../../domain/department/levels';
import { mention } from '../../domain/department/specialists';
import { TRIGGERS } from '../../domain/department/triggers';
import { bullets, joinParts, section } from './format';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const CHARTER_PROMPT_VERSION = 'charter/1';

/**
 * What every specialist is told of the department, in the same words for all: it stands first in their prompts, so
 * that roles on one model share it in the provider's cache.
 */
export function charterPrompt(roles: DepartmentRoles | undefined): string {
  return joinParts([
    '# The backend department\n\nOne objective is divided into tasks. Each is delegated to one specialist, checked with evidence, and merged in order; others work on theirs at the same time in other paths.',
    section('WHO DOES WHAT', bullets(rosterOf(roles).map((row) => `${mention(row.name)}: ${row.does}`))),
    section(
      'WHOM TO CONSULT',
      bullets([
        ...CONSULTATION.map((row) => `${row.concern}: ${mention(row.peer)}`),
        'anything else: the coordinator',
      ]),
    ),
    section(
      'WHAT ONLY A HUMAN DECIDES (triggers of raise_escalation)',
      bullets(TRIGGERS.map((row) => `${row.name}: ${row.title}`)),
    ),
    section('WHAT THE QUALITY GATE DEMANDS', bullets(GATE_ITEMS.map((row) => `${row.slug}: ${row.demand}`))),
    `PROMPT: ${CHARTER_PROMPT_VERSION}`,
  ]);
}
