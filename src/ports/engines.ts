import type { EngineName } from '../domain/target/engine-need';

/** An engine of this machine, and what a confined command needs to use it. */
export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** Absolute path of the program itself, behind shims and links. */
  readonly program: string;
  /** Folders for PATH. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute paths to mount read-only: its own files, never a home folder or settings with passwords. */
  readonly readOnly: readonly string[];
}

export type FoundEngine =
  { readonly kind: 'found'; readonly engine: Engine } | { readonly kind: 'missing'; readonly why: string };

/** Finds engines on this machine; each is looked for once. */
export interface Engines {
  find(name: EngineName): Promise<FoundEngine>;
}
