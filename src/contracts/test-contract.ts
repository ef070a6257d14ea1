import { parse } from 'yaml';
import { errorMessageOf } from '../config/error-code';
import { ContractExpectations } from '../domain/contract/contract-expectations';
import type { ContractMismatch } from '../domain/contract/contract-test-report';
import type { Contracts, ExerciseContract } from '../ports/contracts';
import { checkTypes } from './check-types';
import { documentOf, graphqlConsumer, openApiConsumer, type Consumer } from './consumer';
import { contractSpec } from './spec';

const MOST_MISMATCHES = 2000;
/** Aliases multiply; an honest file has few. */
const MOST_ALIASES = 100;

/** Exchanges with the service and the generated types, in one report. */
export async function testContract(
  exercise: ExerciseContract,
  request: Parameters<Contracts['test']>[0],
): ReturnType<Contracts['test']> {
  const { target, survey, contract, signal, name, hash } = request;
  const read = request.expectations.map(({ path, text }) => readExpectations(path, text));
  const expectations = read.flatMap((one) => (one.kind === 'read' ? [one.expectations] : []));
  const unreadable = read.flatMap((one) => (one.kind === 'unreadable' ? [one.mismatch] : []));
  const run = await exercise({ target, survey, contract, expectations, signal });
  if (run.kind === 'not-executed') return run;
  const consumer = await consumerOf(contract, expectations);
  const compiled = await checkTypes(request.types, consumer, signal);
  const mismatches = [
    ...unreadable,
    ...run.exchanges.flatMap((exchange) => exchange.mismatches),
    ...compiled.mismatches,
  ];
  return {
    kind: 'tested',
    report: {
      name,
      hash,
      commit: target.commit,
      exchanges: [...run.exchanges],
      types: compiled.types,
      mismatches: mismatches.slice(0, MOST_MISMATCHES),
      notExecuted: [...run.notExecuted],
    },
  };
}

/** A file nobody can read is a consumer whose expectations are not met. */
function readExpectations(
  path: string,
  text: string,
):
  | { readonly kind: 'read'; readonly expectations: ContractExpectations }
  | { readonly kind: 'unreadable'; readonly mismatch: ContractMismatch } {
  const unreadable = (reason: string): { kind: 'unreadable'; mismatch: ContractMismatch } => ({
    kind: 'unreadable',
    mismatch: {
      operation: path,
      pointer: 'file',
      expected: 'a file of expectations',
      got: reason.slice(0, 500),
    },
  });
  try {
    const parsed = ContractExpectations.safeParse(parse(text, { maxAliasCount: MOST_ALIASES }));
    if (parsed.success) return { kind: 'read', expectations: parsed.data };
    const [issue] = parsed.error.issues;
    return unreadable(`${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'it has another form'}`);
  } catch (error) {
    return unreadable(errorMessageOf(error).replace(/\s+/g, ' '));
  }
}

async function consumerOf(
  { kind, text }: Parameters<Contracts['test']>[0]['contract'],
  expectations: readonly ContractExpectations[],
): Promise<Consumer> {
  if (kind === 'openapi') return openApiConsumer(documentOf(text), expectations);
  const { operations } = await contractSpec({ kind, sdl: text, sources: [] });
  return graphqlConsumer(operations);
}
