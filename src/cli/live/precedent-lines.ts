import type { Precedent } from '../../domain/escalation/precedents';
import { cut, plain } from './text';

const WIDTH = 160;

/** What was decided on the like before, a line each; none where nobody ever did. */
export function precedentLines(precedents: readonly Precedent[]): readonly string[] {
  return precedents.map(({ at, objective, escalationId, decision, option, by, person, guidance }) => {
    const who = person ?? by;
    const how = option === null ? decision : `${decision} (${option})`;
    const why = guidance === null ? '' : `: ${guidance}`;
    return cut(
      plain(`  before: ${at.slice(0, 10)} ${how} by ${who} at ${objective} ${escalationId}${why}`),
      WIDTH,
    );
  });
}
