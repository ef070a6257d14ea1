/** What the vendor documents about its models, as far as accounting needs it (as of 2026-10-08). */
const FACTS = [
  { model: 'claude-fable-5-1', minimumPrefix: 512, defaultEffort: 'high' },
  { model: 'claude-opus-5-5', minimumPrefix: 512, defaultEffort: 'medium' },
  { model: 'claude-opus-5', minimumPrefix: 512, defaultEffort: 'high' },
  { model: 'claude-opus-4-8', minimumPrefix: 1024, defaultEffort: 'high' },
  { model: 'claude-opus-4-7', minimumPrefix: 2048, defaultEffort: 'high' },
  { model: 'claude-opus-4-6', minimumPrefix: 4096, defaultEffort: 'high' },
  { model: 'claude-sonnet-5-5', minimumPrefix: 512, defaultEffort: 'high' },
  { model: 'claude-sonnet-5', minimumPrefix: 1024, defaultEffort: 'high' },
  { model: 'claude-sonnet-4-6', minimumPrefix: 1024, defaultEffort: 'high' },
  { model: 'claude-haiku-5-5', minimumPrefix: 512, defaultEffort: 'medium' },
  { model: 'claude-haiku-4-5', minimumPrefix: 4096, defaultEffort: 'high' },
] as const;

export interface ModelFacts {
  /** Fewest tokens a prefix must have to be cached; a shorter one is plain input, without an error. */
  readonly minimumPrefix: number;
  /** Effort where a request names none. */
  readonly defaultEffort: string;
}

/** The largest minimum there is, so that caching is never promised where there may be none. */
const UNKNOWN: ModelFacts = { minimumPrefix: 4096, defaultEffort: 'high' };

/** Facts of a model by its id, with or without the date of a snapshot. */
export function factsOf(model: string): ModelFacts {
  return FACTS.find((row) => row.model === model.replace(/-\d{8}$/, '')) ?? UNKNOWN;
}
