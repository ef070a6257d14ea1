import type { NapiConfig, SgNode } from '@ast-grep/napi';
import type { GateSlug } from '../../../../domain/quality-gate/gate-items';
import type { Language } from './languages';
import type { ParsedFile } from './parsed-file';

/** A piece of code for the table's own tests; a text alone is a file of the service. */
export type Snippet =
  | string
  | {
      readonly path?: string;
      readonly code: string;
      readonly dependencies?: Readonly<Record<string, string>>;
    };

/** One thing that is wrong wherever it stands. Adding a rule is adding a row. */
export interface SourceRule {
  /** Kebab case, unique; part of the keys of findings. */
  readonly id: string;
  readonly item: GateSlug;
  readonly language: Language;
  /** An ast-grep rule, or a function where a pattern cannot say it; answers with the nodes that are wrong. */
  readonly find: NapiConfig | ((file: ParsedFile) => readonly SgNode[]);
  /** What the text of a file has to match for the rule to be asked at all: saves time, changes nothing. */
  readonly mentions?: RegExp;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  /** `service`: not in scripts and command lines either; `tests`: in tests alone. Absent: everything but tests. */
  readonly where?: 'service' | 'tests';
  /** Must be found; run by the checker's control. */
  readonly bad: readonly Snippet[];
  /** Must not be found. */
  readonly good: readonly Snippet[];
}

/** The nodes of a file a rule finds wrong. */
export function matchesOf(rule: SourceRule, file: ParsedFile): readonly SgNode[] {
  if (rule.mentions?.test(file.text) === false) return [];
  return typeof rule.find === 'function' ? rule.find(file) : file.root.findAll(rule.find);
}
