import type { SgNode } from '@ast-grep/napi';
import type { SourceRule } from '../engine/rule';
import { isBare, statementsOf } from './match';

const ERRORS = { language: 'java', item: 'error-handling' } as const;

const caughtName = (clause: SgNode): string =>
  /\(\s*(?:final\s+)?[\w.|\s]+?\s+(\w+)\s*\)/.exec(clause.text())?.[1] ?? '';
const caughtType = (clause: SgNode): string =>
  /\(\s*(?:final\s+)?([\w.|\s]+?)\s+\w+\s*\)/.exec(clause.text())?.[1] ?? '';

function printsOnly(clause: SgNode): boolean {
  const statements = statementsOf(clause.field('body'));
  return (
    statements.length > 0 &&
    statements.every((statement) =>
      /\.printStackTrace\(\)|^System\.(?:out|err)\.print/.test(statement.text()),
    )
  );
}

function answersSuccess(clause: SgNode): boolean {
  const body = clause.field('body')?.text() ?? '';
  if (
    /\bthrow\b|log(?:ger)?\.|LOG(?:GER)?\.|(?:bad|internal|not|unprocess|status\()/i.test(
      body.replace(/HttpStatus\.OK/g, ''),
    ) &&
    !/ResponseEntity\.ok\b/.test(body)
  )
    return false;
  if (/\bthrow\b/.test(body)) return false;
  return (
    /return\s+ResponseEntity\.(?:ok|noContent|accepted|created)\b|HttpStatus\.(?:OK|CREATED|ACCEPTED)/.test(
      body,
    ) ||
    (/^(?:Exception|Throwable|RuntimeException|DataAccessException|SQLException)$/.test(caughtType(clause)) &&
      /^\{\s*return\s+(?:null|true|List\.of\(\)|Collections\.emptyList\(\)|Optional\.empty\(\));\s*\}$/.test(
        body,
      ))
  );
}

export const JAVA_ERROR_RULES: readonly SourceRule[] = [
  {
    id: 'java-empty-catch',
    ...ERRORS,
    message: 'A caught exception is dropped; handle it, or say in a comment why nothing is to be done.',
    find: (file) =>
      file
        .all('catch_clause')
        .filter(
          (clause) =>
            isBare(clause.field('body')) && !/^(?:ignored?|expected|unused|_)\w*$/.test(caughtName(clause)),
        ),
    bad: ['class A { void f() { try { g(); } catch (Exception e) { } } }'],
    good: [
      'class A { void f() { try { g(); } catch (IOException ignored) { } } }',
      'class A { void f() { try { g(); } catch (Exception e) { throw new IllegalStateException(e); } } }',
      'class A { void f() { try { g(); } catch (IOException e) { /* closed already */ } } }',
    ],
  },
  {
    id: 'java-prints-stack-trace',
    ...ERRORS,
    message: 'An exception is printed and forgotten; handle it, log it or throw it.',
    find: (file) => file.all('catch_clause').filter(printsOnly),
    bad: ['class A { void f() { try { g(); } catch (Exception e) { e.printStackTrace(); } } }'],
    good: ['class A { void f() { try { g(); } catch (Exception e) { log.error("failed", e); throw e; } } }'],
  },
  {
    id: 'java-catch-answers-success',
    ...ERRORS,
    where: 'service',
    message: 'An exception is answered as success; answer with the status that fits it, or throw it.',
    find: (file) => file.all('catch_clause').filter(answersSuccess),
    bad: [
      'class A { ResponseEntity<?> f() { try { return g(); } catch (Exception e) { return ResponseEntity.ok().build(); } } }',
      'class A { Order f() { try { return g(); } catch (Exception e) { return null; } } }',
    ],
    good: [
      'class A { ResponseEntity<?> f() { try { return g(); } catch (NotFound e) { return ResponseEntity.notFound().build(); } } }',
      'class A { Integer f(String s) { try { return Integer.valueOf(s); } catch (NumberFormatException e) { return null; } } }',
    ],
  },
];
