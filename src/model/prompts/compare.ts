import type { Dossier } from '../../domain/work/dossier';
import { COORDINATOR } from '../../domain/department/specialists';
import type { ComparisonBrief } from '../../ports/department';
import { bullets, joinParts, quoted, section } from './format';
import { describeRepository } from './repository';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const COMPARE_PROMPT_VERSION = 'compare/1';

const MOST_FILES = 800;

/** Asks what of the objective is in the integrated tree, by its files and what was checked on it. */
export function comparePrompt(dossier: Dossier, brief: ComparisonBrief): string {
  const { analysis, points, files, changes, verdicts } = brief;
  const shown = files.slice(0, MOST_FILES);
  const more = files.length - shown.length;
  return joinParts([
    `ASKED OF: @${COORDINATOR}`,
    section('OBJECTIVE', dossier.objective),
    section('WHAT WAS UNDERSTOOD', analysis.summary),
    describeRepository(dossier, COORDINATOR),
    section(
      'WHAT WAS CHANGED',
      changes.map(({ path, tasks, lines }) => `| ${tasks.join(',') || '-'} ${path} ${lines}`).join('\n'),
    ),
    section(
      'FILES OF THE TREE',
      quoted([...shown, ...(more > 0 ? [`(${String(more)} more)`] : [])].join('\n')),
    ),
    section('WHAT THE GATE SAYS', bullets(verdicts)),
    section(
      'POINTS',
      points
        .map(({ id, source, text }) => `- ${id} (${source}): ${text.replace(/\s*\n\s*/g, ' ')}`)
        .join('\n'),
    ),
    section(
      'TASK',
      bullets([
        'Answer every point once: built, with the files of the tree that carry it, or unbuilt, with where it should be.',
        'built needs files that are in the tree. Where changes and checks show nothing of a point, it is unbuilt.',
        'why says in one sentence what shows it.',
      ]),
    ),
    `PROMPT: ${COMPARE_PROMPT_VERSION}`,
  ]);
}
