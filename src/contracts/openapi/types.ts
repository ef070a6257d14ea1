import { errorMessageOf } from '../../config/error-code';
import type { JsonRecord } from '../../domain/contract/openapi-document';

/** No types can be made of a spec, however valid it is. */
export class TypesImpossible extends Error {}

const HEAD =
  '/* Types of the API contract, generated from the spec; what is edited here is lost with the next revision. */';

/** TypeScript types of a bundled document: `paths`, `operations` and `components`. @throws TypesImpossible */
export async function openApiTypes(document: JsonRecord): Promise<string> {
  const { default: generate, astToString } = await import('openapi-typescript');
  try {
    // It writes into what it is given.
    const own = structuredClone(document) as unknown as Parameters<typeof generate>[0];
    return `${HEAD}\n${astToString(await generate(own, { silent: true, alphabetize: true }))}`;
  } catch (error) {
    throw new TypesImpossible(errorMessageOf(error).replace(/\s+/g, ' ').slice(0, 300), { cause: error });
  }
}
