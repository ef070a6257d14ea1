import type { Escalation } from '../../domain/escalation/escalation';
import type { CommandContext } from '../command';
import { askDecision, untilSettled } from '../live/ask';
import { untilTaken } from '../live/until-taken';
import { tellSent } from '../send-message';
import type { Session } from '../session';
import { speakerAt } from '../speaker';
import { userName } from '../user-name';

/** Asks the person at the terminal about a question it shows already, and sends the decision. */
export async function answerHere(
  context: CommandContext,
  { department }: Session,
  objectiveId: string,
  escalation: Escalation,
): Promise<void> {
  const { terminal, signal } = context;
  const prompts = await (await import('../live/inquirer-prompts.js')).createPrompts();
  const asking = {
    department,
    by: `${userName(context)}@tty`,
    from: speakerAt('cli'),
    display: { note: terminal.say },
  };
  const isOpen = async (): Promise<boolean> =>
    (await department.openEscalations(objectiveId)).some(({ id }) => id === escalation.id);
  const sent = await untilSettled({ key: escalation.id, signal, isOpen }, (withdrawn) =>
    untilTaken({ prompts, display: asking.display, isOpen }, (remembering) =>
      askDecision({ ...asking, prompts: remembering }, objectiveId, escalation, withdrawn),
    ),
  );
  if (sent !== null) await tellSent(context, department, objectiveId, sent);
}
