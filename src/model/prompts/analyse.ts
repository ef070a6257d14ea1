import { FACETS } from '../../domain/plan/analysis';
import type { Dossier } from '../../domain/work/dossier';
import { COORDINATOR } from '../../domain/department/specialists';
import { bullets, joinParts, section } from './format';
import { describeRepository, listFiles, plannableFiles } from './repository';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const ANALYSE_PROMPT_VERSION = 'analyse/1';

/** Asks what an objective means for a repository, facet by facet. */
export function analysePrompt(dossier: Dossier): string {
  return joinParts([
    `ASKED OF: @${COORDINATOR}`,
    section('OBJECTIVE', dossier.objective),
    describeRepository(dossier, COORDINATOR),
    listFiles(plannableFiles(dossier)),
    section(
      'TASK',
      `Read the objective for this repository. For each facet list what it demands, each point on its own; an empty list says the facet is not touched. Invent nothing the objective does not imply.\n${bullets(
        FACETS.map((facet) => `${facet.key}: ${facet.title}`),
      )}\nThe summary says in a few sentences what will be different afterwards.`,
    ),
    `PROMPT: ${ANALYSE_PROMPT_VERSION}`,
  ]);
}
