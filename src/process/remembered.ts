/** Texts that never change, such as what git holds under a hash. */
export interface Remembered {
  /** What is kept under `key`, else what `read` answers, which is kept where it is not too large. */
  of(key: string, read: () => Promise<string>): Promise<string>;
}

const MOST_CHARACTERS = 16 * 1024 * 1024;
const LONGEST = 1024 * 1024;

/** Keeps at most `most` characters of texts; whatever was asked for longest ago goes first. What `read` throws is not kept. */
export function rememberTexts(most = MOST_CHARACTERS, longest = LONGEST): Remembered {
  const texts = new Map<string, string>();
  let characters = 0;
  const drop = (key: string): void => {
    characters -= texts.get(key)?.length ?? 0;
    texts.delete(key);
  };
  return {
    async of(key, read) {
      const text = texts.get(key) ?? (await read());
      // A map keeps the order of insertion.
      drop(key);
      if (text.length > longest) return text;
      texts.set(key, text);
      characters += text.length;
      for (const oldest of texts.keys()) {
        if (characters <= most) break;
        drop(oldest);
      }
      return text;
    },
  };
}
