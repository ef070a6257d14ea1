import { type EngineName, type EngineNeed, ENGINES } from './engine-need';
import { meetsRequirement } from './engine-version';
import { mention, SPECIALISTS } from '../department/specialists';
import type { Survey } from './survey';

/** What a machine has of an engine. */
export type EngineFact = { readonly version: string } | { readonly missing: string };
export type EngineFacts = Readonly<Record<EngineName, EngineFact>>;

/** What keeps a target's commands from running on a machine, one clause each; empty: nothing does. */
export function lackingEngines(needs: readonly EngineNeed[], facts: EngineFacts): readonly string[] {
  return needs.flatMap(({ name, requires }) => {
    const fact = facts[name];
    if ('missing' in fact) return [`${titleOf(name)} is needed (${name}: ${fact.missing})`];
    if (requires === null || meetsRequirement(fact.version, requires)) return [];
    return [`${titleOf(name)} ${requires} is needed, and ${name} here is ${fact.version}`];
  });
}

/** Specialists whose own stack cannot be run on a machine, as a sentence; null where all can. */
export function specialistsWithoutEngine(facts: EngineFacts): string | null {
  const without = SPECIALISTS.flatMap(({ name, stack }) => {
    const absent = ENGINES.filter((row) => row.stack === stack && 'missing' in facts[row.name]);
    return absent.length === 0 ? [] : [`${mention(name)} (no ${absent.map((row) => row.name).join(', ')})`];
  });
  return without.length === 0
    ? null
    : `specialists whose work cannot be built or tested on this machine: ${without.join('; ')}`;
}

/** The survey with what this machine lacks for it among its notes. */
export function noteEngines(survey: Survey, facts: EngineFacts): Survey {
  const lacking = lackingEngines(survey.engines ?? [], facts).map(
    (clause) => `${clause}; its commands cannot run here`,
  );
  const specialists = specialistsWithoutEngine(facts);
  return { ...survey, notes: [...survey.notes, ...lacking, ...(specialists === null ? [] : [specialists])] };
}

function titleOf(name: EngineName): string {
  return ENGINES.find((row) => row.name === name)?.title ?? name;
}
