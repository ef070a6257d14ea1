import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, type GateChecker } from '../../checker';
import { findDocument } from './find-document';
import { wordsOf } from './markdown';

const FEWEST_WORDS = 12;
const NONE =
  /^\W*(?:there (?:are|is)\s+)?(?:no(?:ne|thing)?|n\/a)\b(?:\s+(?:known|limitations?|issues?|so far|at the moment|yet))*\W*$/i;

/** Item 40, the half a rule can decide: limitations are written down, and the text says something. */
export const knownLimitations: GateChecker = {
  name: 'known-limitations',
  version: '1',
  subjects: ['known-limitations'],
  scope: 'task',
  reads: (path) => /\.(?:md|markdown|rst|txt|adoc)$/i.test(path) || /^(?:readme|known)/i.test(path),
  control: () => judgeLimitations('l.md', '# Known limitations\n\nTODO\n').length === 1,
  check: async (inspection) => {
    const { settings } = inspection;
    const document = await findDocument(await inspection.files(), {
      configured: settings.docs.limitations,
      file: /(?:^|\/)(?:known[-_]?)?(?:limitations?|issues|caveats)\.(?:md|markdown|rst|txt)$|(?:^|\/)known[-_](?:limitations?|issues)\b[^/]*$/i,
      heading:
        /limitation|known (?:issue|problem|gap)|caveat|not (?:yet )?(?:supported|implemented|covered)|what (?:it|this) does not|non-goals/i,
    });
    if (document === null) {
      const where = settings.docs.limitations ?? 'docs/limitations.md and the README';
      return answer('no known limitations were found', [
        { key: 'limitations-missing', text: `known limitations are not written down: looked for ${where}` },
      ]);
    }
    const words = wordsOf(document.text).length;
    return answer(`${document.path}: ${String(words)} words`, judgeLimitations(document.path, document.text));
  },
};

/** Whether a text is more than a heading, a promise or a denial. */
function judgeLimitations(path: string, text: string): GateFinding[] {
  const body = text.replace(/^\s*#{1,6} .*$/gm, '').trim();
  if (wordsOf(text).length >= FEWEST_WORDS && !NONE.test(body)) return [];
  return [
    {
      key: 'limitations-stub',
      text: `${path} names no limitation: it is empty, still to be written, or denies that there are any`,
      file: path,
      line: 1,
    },
  ];
}

function answer(note: string, findings: readonly GateFinding[]): Answer[] {
  const outcome =
    findings.length === 0
      ? ({ kind: 'ran-clean', note } as const)
      : ({ kind: 'ran-found', note, findings } as const);
  return [{ subject: 'known-limitations', outcome }];
}
