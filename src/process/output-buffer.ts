/** Collects one output stream in bounded memory: the first and the last bytes, and how many there were. */
export interface OutputBuffer {
  add(chunk: Buffer): void;
  /** Bytes seen, kept or not. */
  bytes(): number;
  /** What was kept as UTF-8, with a line in the middle that says how many bytes are missing. */
  text(): string;
}

const SHORTEST_TRIMMED = 2048;
const LONGEST_WORD = 256;

/** Keeps at most `maxBytes` of a stream, half from its head and half from its tail. */
export function createOutputBuffer(maxBytes: number): OutputBuffer {
  const headLimit = Math.ceil(maxBytes / 2);
  const tailLimit = Math.max(1, Math.floor(maxBytes / 2));
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer | undefined;
  let tailBytes = 0; // ever written to the ring; the next byte goes to tailBytes % tailLimit

  function addToTail(chunk: Buffer): void {
    tail ??= Buffer.alloc(tailLimit);
    const skipped = Math.max(0, chunk.length - tailLimit);
    const kept = chunk.subarray(skipped);
    const at = (tailBytes + skipped) % tailLimit;
    const copied = kept.copy(tail, at);
    kept.copy(tail, 0, copied);
    tailBytes += chunk.length;
  }

  function tailInOrder(): Buffer {
    if (tail === undefined) return Buffer.alloc(0);
    if (tailBytes <= tailLimit) return tail.subarray(0, tailBytes);
    const at = tailBytes % tailLimit;
    return Buffer.concat([tail.subarray(at), tail.subarray(0, at)]);
  }

  return {
    add(chunk) {
      const toHead = chunk.subarray(0, headLimit - headBytes);
      if (toHead.length > 0) {
        head.push(Buffer.from(toHead));
        headBytes += toHead.length;
      }
      if (toHead.length < chunk.length) addToTail(chunk.subarray(toHead.length));
    },
    bytes: () => headBytes + tailBytes,
    text() {
      const leftOut = tailBytes - Math.min(tailBytes, tailLimit);
      if (leftOut === 0) return Buffer.concat([...head, tailInOrder()]).toString('utf8');
      return headAndTail(Buffer.concat(head), tailInOrder(), headBytes + tailBytes);
    },
  };
}

/** The first and the last bytes of `total`, with a line between them that counts the bytes that are missing. */
export function headAndTail(head: Buffer, tail: Buffer, total: number): string {
  const first = withoutLastWord(head.toString('latin1'));
  const last = withoutFirstWord(tail.toString('latin1'));
  const missing = total - first.length - last.length;
  return `${utf8(first)}\n... ${String(missing)} bytes left out ...\n${utf8(last)}`;
}

// Half a secret has no shape any more, so what was cut through goes whole.
function withoutLastWord(bytes: string): string {
  if (bytes.length < SHORTEST_TRIMMED) return bytes;
  const word = /\S*$/.exec(bytes.slice(-LONGEST_WORD))?.[0] ?? '';
  return bytes.slice(0, bytes.length - word.length);
}

function withoutFirstWord(bytes: string): string {
  if (bytes.length < SHORTEST_TRIMMED) return bytes;
  const word = /^\S*/.exec(bytes.slice(0, LONGEST_WORD))?.[0] ?? '';
  return bytes.slice(word.length);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
