import {
  ErrorCode,
  McpError,
  type CompleteRequest,
  type CompleteResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { Desk } from '../ports/desk';
import { ObjectiveIdArgument } from './identity';
import { PROMPT_LIST } from './prompts';
import { contractsAsFarAsKnown, RESOURCE_TEMPLATES } from './resources';

/** As many as an answer may have (MCP, "Completion"). */
const MOST_VALUES = 100;

/**
 * What an argument of a prompt or a resource template may be, newest objectives first.
 * @throws McpError for a prompt, a template or an argument that there is not
 */
export async function complete(desk: Desk, params: CompleteRequest['params']): Promise<CompleteResult> {
  const { ref, argument, context } = params;
  const names =
    ref.type === 'ref/prompt'
      ? PROMPT_LIST.find(({ name }) => name === ref.name)?.arguments?.map(({ name }) => name)
      : variablesOf(RESOURCE_TEMPLATES.find(({ uriTemplate }) => uriTemplate === ref.uri)?.uriTemplate);
  if (names?.includes(argument.name) !== true)
    throw new McpError(
      ErrorCode.InvalidParams,
      'There is no such prompt, resource template or argument to complete; prompts/list and resources/templates/list show what there is.',
    );
  const known =
    argument.name === 'id'
      ? (await desk.list(null)).map(({ objectiveId }) => objectiveId)
      : await contractNames(desk, context?.arguments?.['id']);
  const values = known.filter((value) => value.startsWith(argument.value));
  return {
    completion: {
      values: values.slice(0, MOST_VALUES),
      total: values.length,
      hasMore: values.length > MOST_VALUES,
    },
  };
}

function variablesOf(template: string | undefined): readonly string[] {
  return [...(template ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

async function contractNames(desk: Desk, given: string | undefined): Promise<readonly string[]> {
  const id = ObjectiveIdArgument.safeParse(given);
  return id.success ? (await contractsAsFarAsKnown(desk, id.data)).map(({ name }) => name) : [];
}
