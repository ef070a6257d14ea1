import { modelLabel } from '../../domain/usage/model-label';
import { BY_DEFAULT } from '../../domain/notification/settings';
import { withoutCredentials } from '../../git/repository-identity';
import { plain } from '../live/text';
import type { PreparedObjective } from './prepare-objective';

/** What is built on, the most it may cost and who thinks, each with where that is said, before anything is spent. */
export function startLines(
  prepared: Pick<PreparedObjective, 'input' | 'target' | 'sources'>,
): readonly string[] {
  const { input, target, sources } = prepared;
  const { budgetUsd } = input.options;
  const budget = budgetUsd === null ? 'no limit' : `at most ${budgetUsd.toFixed(2)} USD`;
  const charge = input.model.kind === 'offline' ? '; the offline model charges nothing' : '';
  const repository =
    target.sample === null
      ? describeSource(input.repository)
      : `a copy of the bundled sample ${target.sample}`;
  return [
    `Repository ${plain(repository)} (${sources.repository})`,
    `Budget ${budget} (${sources.budget}${charge})`,
    `Model ${modelLabel(input.model)}${sources.model === BY_DEFAULT ? '' : ` (${sources.model})`}`,
  ];
}

function describeSource(source: PreparedObjective['input']['repository']): string {
  switch (source.kind) {
    case 'path':
      return source.path;
    case 'url':
      return withoutCredentials(source.url);
    case 'sample':
      return source.name;
  }
}
