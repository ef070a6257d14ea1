import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const options = { useDefaults: true, removeAdditional: false, allErrors: false };
// One of each for the process: an Ajv compiles a schema it was given before only once.
const strict = new Ajv(options);
const fromText = new Ajv({ ...options, coerceTypes: true });
for (const ajv of [strict, fromText]) addFormats(ajv);

/**
 * Text is turned into numbers only where everything is text (query, path, headers). A JSON body must
 * have the right types, and unknown properties are refused instead of dropped.
 *
 * @returns {import('fastify').FastifySchemaCompiler<object>}
 */
export function createValidatorCompiler() {
  return ({ schema, httpPart }) => (httpPart === 'body' ? strict : fromText).compile(schema);
}
