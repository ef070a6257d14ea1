/** An element of a document, with where it stands in the text. */
export interface XmlElement {
  readonly name: string;
  /** Direct text, references resolved, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
  /** From `<` of the start tag to behind `>` of the end tag. */
  readonly start: number;
  readonly end: number;
  /** Of what is between the tags; both are `end` for `<a/>`. */
  readonly innerStart: number;
  readonly innerEnd: number;
}

/** Why a text is not the XML read here, and at which character. */
export class XmlError extends Error {
  override readonly name = 'Gate.XmlError';

  constructor(what: string, at: number) {
    super(`${what} at character ${String(at)}`);
  }
}

const DEEPEST = 100;
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/(?<close>[^\s<>/]+)\s*>|<(?<open>[A-Za-z_][\w.:-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Open {
  readonly name: string;
  readonly start: number;
  readonly innerStart: number;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads the XML of project files: elements and text. Document types are refused, so no entity can be defined.
 * @throws XmlError
 */
export function parseXml(source: string): XmlElement {
  const open: Open[] = [];
  const roots: XmlElement[] = [];
  const close = (element: Open, innerEnd: number, end: number): void => {
    const { name, start, innerStart, children } = element;
    const done = { name, start, innerStart, children, innerEnd, end, text: element.text.trim() };
    (open.at(-1)?.children ?? roots).push(done);
  };
  const text = (content: string, at: number): void => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += content;
    else if (content.replace(/^\uFEFF/, '').trim() !== '')
      throw new XmlError('text outside the root element', at);
  };

  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) throw new XmlError('no well-formed element', at);
    const end = TOKEN.lastIndex;
    const { open: name, close: closing, empty, cdata, text: content } = match.groups ?? {};
    if (name !== undefined) {
      if (roots.length > 0) throw new XmlError('a second root element', at);
      if (open.length >= DEEPEST) throw new XmlError('too many levels', at);
      const element = { name, start: at, innerStart: end, children: [], text: '' };
      if (empty === '/') close(element, end, end);
      else open.push(element);
    } else if (closing !== undefined) {
      const element = open.pop();
      if (element?.name !== closing) throw new XmlError(`</${closing}> without its start`, at);
      close(element, at, end);
    } else if (cdata !== undefined) {
      text(cdata, at);
    } else if (content !== undefined) {
      text(resolved(content, at), at);
    }
    at = end;
  }
  const [root] = roots;
  if (root === undefined || open.length > 0) throw new XmlError('the document ends too early', at);
  return root;
}

function resolved(text: string, at: number): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));|&/gi,
    (whole: string, decimal?: string, hex?: string, name?: string) => {
      const number = decimal ?? (hex === undefined ? undefined : `0x${hex}`);
      const character = number === undefined ? ENTITIES[name ?? ''] : characterOf(Number(number));
      if (character === undefined) throw new XmlError(`the unknown reference ${whole}`, at);
      return character;
    },
  );
}

function characterOf(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Text as it is written between tags. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The first child of that name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

/** Children of a wrapper such as `<dependencies>`. */
export function childrenOf(
  element: XmlElement | undefined,
  wrapper: string,
  name: string,
): readonly XmlElement[] {
  return child(element, wrapper)?.children.filter((candidate) => candidate.name === name) ?? [];
}

/** The text of a child, null where there is none. */
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const found = child(element, name)?.text;
  return found === undefined || found === '' ? null : found;
}
