import { errorMessageOf } from '../../../config/error-code';
import { SpecProblem } from './spec-problem';

const MOST_TOKENS = 500_000;

/**
 * SDL that can be parsed, as it is.
 * @throws SpecProblem when it is no schema language
 */
export async function checkSdl(source: string, text: string): Promise<string> {
  const { parse, isTypeSystemDefinitionNode, isTypeSystemExtensionNode } = await import('graphql');
  try {
    const { definitions } = parse(text, { noLocation: true, maxTokens: MOST_TOKENS });
    if (definitions.some((node) => isTypeSystemDefinitionNode(node) || isTypeSystemExtensionNode(node))) {
      return text;
    }
  } catch (error) {
    throw new SpecProblem(
      'unreadable',
      `${source} cannot be read: ${errorMessageOf(error).slice(0, 300)}`,
      source,
    );
  }
  throw new SpecProblem('unreadable', `${source} defines no type`, source);
}

/** SDL of an introspection answer. @throws SpecProblem when it is none */
export async function sdlOfIntrospection(source: string, text: string): Promise<string> {
  const { buildClientSchema, printSchema } = await import('graphql');
  try {
    const answer = JSON.parse(text) as { readonly data: Parameters<typeof buildClientSchema>[0] };
    return printSchema(buildClientSchema(answer.data, { assumeValid: true }));
  } catch (error) {
    throw new SpecProblem(
      'unreadable',
      `${source} answers with no schema: ${errorMessageOf(error).slice(0, 300)}`,
      source,
    );
  }
}
