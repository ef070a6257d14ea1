import {
  ErrorCode,
  McpError,
  type CompleteRequest,
  type CompleteResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { Desk } from '../ports/desk';
import { contractsAsFarAsKnown, filesAsFarAsKnown } from './contract-bundles';
import { ObjectiveIdArgument } from './identity';
import { PROMPT_LIST } from './prompts';
import { RESOURCE_TEMPLATES } from './resources';

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
  const known = await knownValues(desk, argument.name, context?.arguments ?? {});
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
  return [...(template ?? '').matchAll(/\{\+?(\w+)\}/g)].map(([, name = '']) => name);
}

async function knownValues(
  desk: Desk,
  variable: string,
  given: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  if (variable === 'id') return (await desk.list(null)).map(({ objectiveId }) => objectiveId);
  const id = ObjectiveIdArgument.safeParse(given['id']);
  const contracts = id.success ? await contractsAsFarAsKnown(desk, id.data) : [];
  if (variable === 'name') return contracts.map(({ name }) => name);
  const contract = contracts.find(({ name }) => name === given['name']);
  return contract === undefined ? [] : (await filesAsFarAsKnown(desk, contract)).map(({ path }) => path);
}
