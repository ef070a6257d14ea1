import { GraphQLError } from 'graphql';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** How custom scalars are written and read, by name. */
export const scalars = {
  DateTime: {
    serialize: (value) => new Date(value).toISOString(),
    parseValue: parseInstant,
    parseLiteral: (node) => parseInstant(node.value),
  },
};

function parseInstant(value) {
  const date = new Date(value);
  if (typeof value !== 'string' || !INSTANT.test(value) || Number.isNaN(date.getTime())) {
    throw new GraphQLError('A DateTime is written like 2026-01-31T12:00:00.000Z.');
  }
  return date.toISOString();
}
