import { fillSurvey, folderToLookIn } from '../../domain/target/fill-survey';
import { isRecord } from '../../domain/contract/openapi-document';
import type { ContractRun, ExerciseContract } from '../../ports/contracts';
import { CannotTell, DoesNotApply } from '../checker';
import { treeOf } from '../facts/git';
import { listOperations } from '../facts/api/list-operations';
import { parseText } from '../facts/api/parse-text';
import type { GateSetting } from '../gate-runner';
import type { Inspection } from '../inspection';
import { openInspection } from '../open-inspection';
import { createConversation, type Conversation } from '../probes/conversation';
import { startUnlimited } from '../probes/turns';
import { widenSurvey } from '../widen-survey';
import { createBodyCheck } from './body-mismatches';
import { exerciseExpectations } from './exercise-expectations';
import { exerciseGraphql } from './exercise-graphql';
import { exerciseOperations } from './exercise-operations';

/**
 * The service of a checkout, started as the gate does, in front of the approved contract: what the branch says of its
 * API counts for nothing here.
 */
export function createContractExercise(setting: GateSetting): ExerciseContract {
  return async ({ target, survey: known, contract, expectations, signal }) => {
    const filled = fillSurvey(known, (await setting.detect?.(target, folderToLookIn(known), signal)) ?? null);
    const baseTree = await treeOf(target.gitDir, target.base, signal);
    const survey =
      baseTree === target.tree ? filled : await widenSurvey(setting, filled, target, baseTree, signal);
    const opened = openInspection(setting, { target, survey, signal });
    try {
      const conversation = await converse(opened.inspection, contract);
      const check = createBodyCheck(conversation.document);
      const run =
        conversation.schema === null
          ? await exerciseOperations(conversation, check)
          : await exerciseGraphql(conversation);
      const expected = await exerciseExpectations(conversation, expectations, check);
      const notExecuted = [...run.notExecuted, ...expected.notExecuted].map((line) => line.slice(0, 500));
      const exchanges = [...run.exchanges, ...expected.exchanges];
      const isNothing = run.served === 0 && exchanges.every(({ mismatches }) => mismatches.length === 0);
      return isNothing
        ? {
            kind: 'not-executed',
            reason: `no operation was served: ${notExecuted.slice(0, 3).join('; ')}`.slice(0, 500),
          }
        : ({ kind: 'ran', exchanges, notExecuted } satisfies ContractRun);
    } catch (error) {
      if (error instanceof CannotTell || error instanceof DoesNotApply) {
        signal.throwIfAborted();
        return { kind: 'not-executed', reason: error.message.slice(0, 500) };
      }
      throw error;
    } finally {
      await opened.dispose();
    }
  };
}

async function converse(
  inspection: Inspection,
  { kind, source, text }: Parameters<ExerciseContract>[0]['contract'],
): Promise<Conversation> {
  const service = await startUnlimited(inspection);
  const { settings } = inspection;
  const common = { service, settings, manyClients: true };
  if (kind === 'graphql')
    return createConversation({ ...common, operations: [], document: {}, schema: text });
  const { value } = parseText(source, text);
  const document = isRecord(value) ? value : {};
  const operations = listOperations(document, settings.api?.basePath ?? null);
  return createConversation({ ...common, operations, document, schema: null });
}
