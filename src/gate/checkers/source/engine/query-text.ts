import type { SgNode } from '@ast-grep/napi';
import { argumentsGiven, type Definition, listOfCallback, returnsOf } from './names';
import { type Call, functionAround, type ParsedFile } from './parsed-file';
import { rootOf, type Shape, shapeOf, unwrap } from './shape';

const STATEMENT_START =
  /^\s*\(?\s*(?:(?:select|SELECT)\s[\s\S]*\b(?:from|FROM)\s|(?:with|WITH)\s[\s\S]*\b(?:select|SELECT)\s|(?:insert|INSERT)\s+(?:into|INTO)\s|(?:update|UPDATE)\s[\s\S]*\s(?:set|SET)\s|(?:delete|DELETE)\s+(?:from|FROM)\s|(?:merge|MERGE)\s+(?:into|INTO)\s)/;
const FRAGMENT =
  /\b(?:select|from|where|and|or|order\s+by|group\s+by|having|limit|offset|values|in|like|ilike|join|union|set)\b|[<>=]\s*['"%]*\s*\?/i;
const MOST_STEPS = 12;

/** Whether the text of a composite reads as a statement, or (`loose`) as a part of one. */
function readsAsQuery(text: string, loose: boolean): boolean {
  return STATEMENT_START.test(text) || (loose && FRAGMENT.test(text));
}

/**
 * The text that a query is put together of where something else than constants goes into it: the first such expression
 * that `node` may stand for. Null: constants, placeholders, quoted identifiers and names checked against a list.
 */
export function findUnsafeText(file: ParsedFile, node: SgNode, loose: boolean): SgNode | null {
  return new Evaluation(file).findUnsafe(node, loose, 0);
}

/** Looks up what names stand for, as far as one file tells. What cannot be told counts as safe, except inside quotes. */
class Evaluation {
  private readonly visited = new Set<number>();
  constructor(private readonly file: ParsedFile) {}

  findUnsafe(node: SgNode, loose: boolean, depth: number): SgNode | null {
    if (depth > MOST_STEPS) return null;
    const shape = this.shapeOf(node);
    switch (shape.kind) {
      case 'composite':
        return readsAsQuery(this.textOf(shape, 0), loose) && !this.isSafeComposite(shape, depth)
          ? unwrap(node)
          : null;
      case 'choice':
        return this.firstOf(shape.options, loose, depth);
      case 'name':
        return this.findUnsafeName(shape.name, node, loose, depth);
      case 'call':
        return this.findUnsafeCall(shape.call, loose, depth);
      case 'constant':
      case 'member':
      case 'lookup':
      case 'other':
        return null;
    }
  }

  private shapeOf(node: SgNode): Shape {
    return shapeOf(node, this.file.language);
  }

  private firstOf(nodes: readonly SgNode[], loose: boolean, depth: number): SgNode | null {
    for (const node of nodes) {
      const found = this.findUnsafe(node, loose, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }

  /** A name is put together by all its definitions: where one starts a statement, the others are parts of it. */
  private findUnsafeName(name: string, at: SgNode, loose: boolean, depth: number): SgNode | null {
    const key = at.id();
    if (this.visited.has(key)) return null;
    this.visited.add(key);
    const values = this.file
      .names()
      .resolve(name, at)
      .flatMap((definition) =>
        definition.kind === 'value' || definition.kind === 'append' ? [definition.value] : [],
      );
    const isQuery = loose || values.some((value) => readsAsQuery(this.textOf(this.shapeOf(value), 0), false));
    for (const value of values) {
      const found = this.findUnsafe(value, isQuery, depth + 1);
      if (found !== null) return found;
      const shape = this.shapeOf(value);
      const isAppended = shape.kind !== 'composite' && isQuery && values.length > 1;
      if (isAppended && this.isRequestData(value)) return unwrap(value);
    }
    return null;
  }

  private findUnsafeCall(call: Call, loose: boolean, depth: number): SgNode | null {
    const { receiver, name, args } = call;
    if (
      receiver !== null &&
      /^(?:join|trim|strip|toString|replace|replaceAll|concat|format|formatted|append|build|text|dedent)$/.test(
        name,
      )
    ) {
      const found = this.findUnsafe(receiver, loose, depth + 1);
      if (found !== null) return found;
      if (/^(?:replace|replaceAll|concat|format|formatted|append)$/.test(name)) {
        const before = this.textOf(this.shapeOf(receiver), 0);
        const isUnsafe =
          readsAsQuery(before, loose) && !args.every((arg) => this.isSafe(arg, false, depth + 1));
        return isUnsafe && !/^(?:sql|SQL)\b|\.SQL\(/.test(receiver.text()) ? call.node : null;
      }
      return this.firstOf(args, loose, depth);
    }
    if (/^(?:text|StringBuilder|StringBuffer|SQL|String|str)$/.test(name))
      return this.firstOf(args, loose, depth);
    const own = this.ownFunction(call);
    return own === null ? null : this.firstOf(returnsOf(own), loose, depth);
  }

  private ownFunction(call: Call): SgNode | null {
    const isOwn = call.receiver === null || /^(?:this|self|cls)$/.test(call.receiver.text());
    return isOwn ? this.file.names().functionNamed(call.name) : null;
  }

  /** Literal text of an expression, as far as it is in this file. */
  private textOf(shape: Shape, depth: number): string {
    if (depth > 4) return '';
    if (shape.kind === 'constant') return shape.text;
    if (shape.kind === 'choice')
      return shape.options.map((option) => this.textOf(this.shapeOf(option), depth + 1)).join(' ');
    if (shape.kind === 'call')
      return shape.call.args.map((arg) => this.textOf(this.shapeOf(arg), depth + 1)).join(' ');
    if (shape.kind !== 'composite') return '';
    return shape.parts
      .map((part) => (typeof part === 'string' ? part : ` ${this.nameText(part, depth)} `))
      .join('');
  }

  /** The text a name inside a composite stands for where it is one constant. */
  private nameText(part: SgNode, depth: number): string {
    const shape = this.shapeOf(part);
    if (shape.kind !== 'name') return this.textOf(shape, depth + 1);
    const [only, ...more] = this.file.names().resolve(shape.name, part);
    const text =
      only?.kind === 'value' && more.length === 0 ? this.textOf(this.shapeOf(only.value), depth + 1) : '';
    return text === '' ? '?' : text;
  }

  private isSafeComposite(shape: Extract<Shape, { kind: 'composite' }>, depth: number): boolean {
    let before = '';
    for (const part of shape.parts) {
      if (typeof part === 'string') before += part;
      else {
        const isQuoted = (before.split("'").length - 1) % 2 === 1;
        // `$${index}` and `:${name}` write placeholders.
        const isPlaceholder = /[$:@]\w*$/.test(before) && !isQuoted;
        const isDefinition =
          /\b(?:create|drop|alter|truncate|grant|revoke|listen|notify|set\s+(?:local|session)|savepoint|release|rollback\s+to)\b[^;]*$/i.test(
            before,
          ) && !isQuoted;
        if (!isPlaceholder && !isDefinition && !this.isSafe(part, isQuoted, depth + 1)) return false;
        before += '?';
      }
    }
    return true;
  }

  private isSafe(node: SgNode, isQuoted: boolean, depth: number): boolean {
    if (depth > MOST_STEPS) return true;
    const shape = this.shapeOf(node);
    switch (shape.kind) {
      case 'constant':
        return true;
      case 'composite':
        return this.isSafeComposite(shape, depth + 1);
      case 'choice':
        return shape.options.every((option) => this.isSafe(option, isQuoted, depth + 1));
      case 'name':
        return this.isSafeName(shape.name, node, isQuoted, depth);
      case 'lookup':
        if (REQUEST.test(rootOf(shape.object))) return false;
        return this.isSafe(shape.object, isQuoted, depth + 1);
      case 'member':
        return this.isSafeMember(shape.object, shape.root, isQuoted, depth);
      case 'call':
        return this.isSafeCall(shape.call, isQuoted, depth);
      case 'other':
        return !isQuoted;
    }
  }

  private isSafeMember(object: SgNode, root: string, isQuoted: boolean, depth: number): boolean {
    if (REQUEST.test(root)) return false;
    if (/^(?:this|self|cls|super|[A-Z]\w*|config|settings|constants|schema|tables?|columns?)$/.test(root))
      return true;
    return this.isSafe(object, isQuoted, depth + 1);
  }

  private isSafeName(name: string, at: SgNode, isQuoted: boolean, depth: number): boolean {
    if (/^_?[A-Z][A-Z0-9_]*$/.test(name) || name === 'this' || name === 'undefined') return true;
    if (this.isChecked(name, at)) return true;
    if (this.visited.has(at.id())) return true;
    this.visited.add(at.id());
    const definitions = this.file.names().resolve(name, at);
    // A class of another file.
    if (definitions.length === 0) return /^[A-Z]/.test(name);
    return definitions.every((definition) => this.isSafeDefinition(definition, name, at, isQuoted, depth));
  }

  private isSafeDefinition(
    definition: Definition,
    name: string,
    at: SgNode,
    isQuoted: boolean,
    depth: number,
  ): boolean {
    switch (definition.kind) {
      case 'value':
      case 'append':
        return this.isSafe(definition.value, isQuoted, depth + 1);
      case 'loop':
      case 'part':
        return !this.isRequestData(definition.value) && this.isSafe(definition.value, isQuoted, depth + 1);
      case 'import':
        return !REQUEST.test(name);
      case 'function':
        return true;
      case 'parameter':
        return this.isSafeParameter(definition, name, at, isQuoted, depth);
    }
  }

  private isSafeParameter(
    { type, of, index, node }: Extract<Definition, { kind: 'parameter' }>,
    name: string,
    at: SgNode,
    isQuoted: boolean,
    depth: number,
  ): boolean {
    if (type !== null && !/@(?:Param|Query|Body)\(/.test(node.text()) && isHarmlessType(type, isQuoted))
      return true;
    // Text of a query that was put together elsewhere is judged there.
    if (!isQuoted && /^(?:sql|query|statement|subquery|clause|where\w*|conditions?)$/i.test(name))
      return true;
    const list = listOfCallback(of);
    if (list !== null) return index > 0 || this.isSafe(list, isQuoted, depth + 1);
    const isOuter = functionAround(at)?.id() !== of.id();
    if (
      isOuter &&
      !isQuoted &&
      /^(?:table|schema|tableName|table_name|columns?|relation|prefix)$/i.test(name)
    )
      return true;
    const given = argumentsGiven(this.file, of, index);
    return (
      given.length > 0 &&
      given.every((argument) => argument === null || this.isSafe(argument, isQuoted, depth + 1))
    );
  }

  private isSafeCall(call: Call, isQuoted: boolean, depth: number): boolean {
    const { name, receiver, args, callee } = call;
    if (SAFE_CALLS.test(name)) return true;
    if (receiver !== null && REQUEST.test(rootOf(receiver))) return false;
    const safe = (node: SgNode): boolean => this.isSafe(node, isQuoted, depth + 1);
    if (/^(?:Object\.(?:keys|values|entries|fromEntries))$/.test(callee)) return !isQuoted;
    if (/^(?:map|flatMap)$/.test(name) && receiver !== null) {
      const [callback] = args;
      return callback === undefined || returnsOf(callback).every(safe);
    }
    if (name === 'join')
      return [
        ...(this.file.language === 'javascript' || receiver === null ? [] : args),
        ...(receiver === null ? [] : [receiver]),
      ].every(safe);
    if (receiver !== null && TEXT_METHODS.test(name))
      return safe(receiver) && (!/^(?:replace|concat|format|append)/.test(name) || args.every(safe));
    if (
      /^(?:String|str|encodeURIComponent|decodeURIComponent|valueOf|StringBuilder|StringBuffer|Map|Set|HashMap|list|sorted|set|tuple)$/.test(
        name,
      )
    )
      return args.every(safe);
    const own = this.ownFunction(call);
    if (own !== null) return returnsOf(own).every(safe);
    return !isQuoted;
  }

  /** Straight from the caller: `req.query.name`, `request.args.get('q')`. */
  private isRequestData(node: SgNode): boolean {
    return REQUEST.test(rootOf(unwrap(node)));
  }

  /** Compared with a list of what is allowed somewhere in the function. */
  private isChecked(name: string, at: SgNode): boolean {
    const text = (functionAround(at) ?? this.file.root).text();
    return new RegExp(
      `(?:\\.(?:includes|has|contains|containsKey|indexOf)\\(\\s*|\\bswitch\\s*\\(\\s*|\\bmatch\\s+)${name}\\b|\\b${name}\\s+(?:not\\s+)?in\\s+[A-Za-z_({\\[]|\\.test\\(\\s*${name}\\b|Enum\\.valueOf\\(\\s*${name}`,
    ).test(text);
  }
}

const REQUEST = /^(?:req|request|ctx|context|event|httpRequest|servletRequest)$/;
const SAFE_CALLS =
  /^(?:Number|parseInt|parseFloat|BigInt|int|float|bool|len|size|length|parseLong|parseUUID|UUID|fromString|randomUUID|escape\w*|quote\w*|\w*[iI]dent(?:ifier)?|Identifier|Literal|Placeholder|mogrify|sqlstring|repeat|fill|nCopies|ordinal|name|isoformat|toISOString|getTime|now|Date|indexOf)$/;
const TEXT_METHODS =
  /^(?:trim|strip\w*|toLowerCase|toUpperCase|lower|upper|toString|slice|substring|substr|replace\w*|concat|format\w*|append|sort|reverse|filter|flat|values|keys|entries|items|get|stream|collect|toList|split|title|capitalize|normalize|padStart|padEnd|at|first|pop)$/;

/** Types that cannot carry SQL; a type of the project's own is trusted outside quotes, being most often a choice of names. */
function isHarmlessType(type: string, isQuoted: boolean): boolean {
  const plain = type.replace(/\s*\|\s*(?:undefined|null|None)$|^Optional\[(.*)\]$/g, '$1');
  if (
    /^(?:number|bigint|boolean|int|float|bool|long|short|double|Integer|Long|Short|Double|Boolean|BigDecimal|UUID|uuid\.UUID|date|datetime|Date|Instant|LocalDate\w*|OffsetDateTime)$/.test(
      plain,
    )
  )
    return true;
  if (/^['"][^'"]*['"](?:\s*\|\s*['"][^'"]*['"])*$|^Literal\[/.test(plain)) return true;
  return (
    !isQuoted &&
    /^[A-Z]\w*$/.test(plain) &&
    !/^(?:String|Object|CharSequence|Any|Map|List|Record|Array)$/.test(plain)
  );
}
