import { z } from 'zod';
import { type RepositoryFiles, textOf } from './repository-files';

const Texts = z.record(z.string(), z.string()).catch({});
const Manifest = z.looseObject({
  main: z.string().nullish().catch(null),
  scripts: Texts.default({}),
});

/** Scripts and main file of the root's package.json; none where it is missing or broken. */
export function scriptsOf(repository: RepositoryFiles): {
  readonly scripts: Readonly<Record<string, string>>;
  readonly main: string | null;
} {
  const text = textOf(repository, 'package.json');
  try {
    const { main, scripts } = Manifest.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
    return { scripts, main: main ?? null };
  } catch {
    return { scripts: {}, main: null };
  }
}
