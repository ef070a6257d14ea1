import { z } from 'zod';

/** Programs a target's own commands stand on: what each is called, and which stack cannot do without it. */
export const ENGINES = [
  { name: 'node', title: 'Node.js', stack: 'node' },
  { name: 'python3', title: 'Python', stack: 'python' },
  { name: 'java', title: 'a JDK', stack: 'java' },
  { name: 'mvn', title: 'Maven', stack: 'java' },
] as const;

export const EngineName = z.enum(ENGINES.map((row) => row.name));
export type EngineName = z.infer<typeof EngineName>;

/** An engine a target needs; `requires` is a range as its manifest writes it, null: any version. */
export const EngineNeed = z.strictObject({ name: EngineName, requires: z.string().max(200).nullable() });
export type EngineNeed = z.infer<typeof EngineNeed>;
