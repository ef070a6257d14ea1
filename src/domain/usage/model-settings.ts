import { z } from 'zod';

/** What roles call models, the weakest first: a repository may move a role down this list, never up. */
const MODEL_ALIASES = ['haiku', 'sonnet', 'opus'] as const;
export const ModelAlias = z.enum(MODEL_ALIASES, {
  error: 'there is no such model; use opus, sonnet or haiku',
});
export type ModelAlias = z.infer<typeof ModelAlias>;

/** How much a model thinks before it answers, the least first. */
const EFFORTS = ['low', 'medium', 'high'] as const;
export const Effort = z.enum(EFFORTS, { error: 'there is no such effort; use low, medium or high' });
export type Effort = z.infer<typeof Effort>;

/** What a role thinks with. */
export const ModelSettings = z.strictObject({ model: ModelAlias, effort: Effort });
export type ModelSettings = z.infer<typeof ModelSettings>;

/** A wish for other settings; what it leaves out stays. */
export const ModelOverride = ModelSettings.partial();
export type ModelOverride = z.infer<typeof ModelOverride>;

/** The settings nobody said otherwise for, as for a role a repository brings. */
export const DEFAULT_SETTINGS: ModelSettings = { model: 'sonnet', effort: 'medium' };

/** Settings after a wish is granted in full. */
export function override(own: ModelSettings, wish: ModelOverride): ModelSettings {
  return { model: wish.model ?? own.model, effort: wish.effort ?? own.effort };
}

/** Settings after a wish is granted as far as it lowers: a stronger model or more effort is not. */
export function lower(own: ModelSettings, wish: ModelOverride): ModelSettings {
  const wished = override(own, wish);
  return {
    model: weaker(MODEL_ALIASES, own.model, wished.model),
    effort: weaker(EFFORTS, own.effort, wished.effort),
  };
}

function weaker<T extends string>(scale: readonly T[], a: T, b: T): T {
  return scale.indexOf(a) <= scale.indexOf(b) ? a : b;
}
