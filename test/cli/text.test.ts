// Needs nothing: texts of models and repositories on their way to a terminal.
import { PassThrough } from 'node:stream';
import { cut, pad, plain, plainLines, printable, printableJson } from '../../src/cli/live/text';
import { widthOf } from '../../src/cli/live/width';
import { createTerminal } from '../../src/cli/terminal';
import { captureTerminal } from './fixtures';

const ESC = '\u001b';

describe('columns', () => {
  test.each([
    ['plain', 5],
    ['naïve', 5],
    ['nai\u0308ve', 5],
    ['設計', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['├─ ✔ …', 6],
    ['a\u200db', 2],
  ])('%s takes %d', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  test('a text is cut by the columns it takes, and no character in two', () => {
    expect(cut('設計する', 8)).toBe('設計する');
    expect(cut('設計する', 7)).toBe('設計す…');
    expect(cut('設計する', 6)).toBe('設計…');
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…');
    expect(pad('設計', 6)).toBe('設計  ');
    expect(widthOf(pad('設計する', 5))).toBe(5);
  });
});

describe('what nobody sees', () => {
  test('is gone from one line, and written out in code that is to be judged', () => {
    const turned = 'if (isAdmin\u202e) { //\u2066 check \u2069\u200b\u061c';
    expect(plain(turned)).toBe('if (isAdmin) { // check');
    expect(plainLines(turned)).toBe('if (isAdmin<U+202E>) { //<U+2066> check <U+2069><U+200B><U+061C>');
  });
});

describe('the last door', () => {
  const hostile = `a${ESC}[2J${ESC}]52;c;bHM=\u0007${ESC}[31mred${ESC}[0m\u009b2Jb\r\n\tc`;

  test('lets colours, lines and tabs through, and nothing else a terminal would obey', () => {
    expect(printable(hostile, true)).toBe(`a[2J]52;c;bHM=${ESC}[31mred${ESC}[0m2Jb\n\tc`);
    expect(printable(hostile, false)).not.toContain(ESC);
  });

  test('stands before everything a command says, whoever worded it', () => {
    const { terminal, out, err } = captureTerminal({ screen: { noColor: true } });
    terminal.say(hostile);
    terminal.warn(hostile);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(out() + err()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  test('JSON has no control characters either, and is the same value', () => {
    const { terminal, out } = captureTerminal({ json: true });
    terminal.emit({ text: `${hostile}\u202e\u2028` });
    const line = out();
    expect(line).not.toMatch(/[\u007f-\u009f\u202e\u2028]/);
    expect(JSON.parse(line)).toEqual({ text: `${hostile}\u202e\u2028` });
    expect(printableJson([1, 'ä設'])).toBe('[1,"ä設"]');
  });
});

test('a dumb terminal gets lines without colour, and nobody is asked there', () => {
  const tty = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
  const streams = { stdin: tty(), stdout: tty(), stderr: tty() };
  const options = { json: false, noColor: false, ci: false };
  expect(createTerminal(streams, options).interactive).toBe(true);
  const dumb = createTerminal(streams, { ...options, dumb: true });
  expect(dumb.interactive).toBe(false);
  expect(dumb.paint.red('x')).toBe('x');
});
