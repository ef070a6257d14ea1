import type { SgNode } from '@ast-grep/napi';
import type { SourceRule } from '../engine/rule';
import { descendants, statementsOf } from './match';

const PYTHON = { language: 'python' } as const;
const ERRORS = { ...PYTHON, item: 'error-handling' } as const;

/** What an `except` names; empty for a bare one. */
function caught(clause: SgNode): string {
  return /^except\s*\*?\s*([^:]*?)(?:\s+as\s+\w+)?\s*:/.exec(clause.text())?.[1]?.trim() ?? '';
}

const BROAD = /^(?:|\(?\s*(?:[\w., ]*\b)?(?:Base)?Exception\b[\w., ]*\)?)$/;

function bodyOf(clause: SgNode): readonly SgNode[] {
  return statementsOf(clause.namedChildren().find((child) => child.kind() === 'block') ?? null);
}

function hasReason(clause: SgNode): boolean {
  return descendants(clause, 'comment').length > 0;
}

/** Nothing is done with the error: `pass`, `...`, `continue`. */
function passes(clause: SgNode): boolean {
  return bodyOf(clause).every((statement) => /^(?:pass|\.\.\.|continue)$/.test(statement.text()));
}

function swallows(clause: SgNode): boolean {
  if (!BROAD.test(caught(clause)))
    return (
      passes(clause) &&
      !hasReason(clause) &&
      !/suppress|Cancelled|StopIteration|KeyError|FileNotFound|ProcessLookup|Import|ModuleNotFound|ValueError|AttributeError|IndexError|Timeout|Disconnect|Interrupt/.test(
        caught(clause),
      )
    );
  const name = /\bas\s+(\w+)\s*:/.exec(clause.text().split('\n')[0] ?? '')?.[1];
  const body = bodyOf(clause)
    .map((statement) => statement.text())
    .join('\n');
  if (
    /\braise\b|\blog\w*\.|logger|logging|print_exc|capture_exception|rollback|sys\.exit|os\._exit|abort\(|HTTPException|status_code\s*=\s*[45]|,\s*[45]\d\d\b/.test(
      body,
    )
  )
    return false;
  if (/^print\([^\n]*\)$/.test(body.trim())) return true;
  if (name !== undefined && new RegExp(`\\b${name}\\b`).test(body))
    return /return\s+(?:jsonify\()?\{[^}]*\}\)?(?:,\s*2\d\d)?\s*$/.test(body);
  return passes(clause)
    ? true
    : /^(?:return|[\w.]+\s*=)\b/.test(body.trim()) || body.trim().startsWith('print(');
}

/** Errors that Python code drops. */
export const PYTHON_ERROR_RULES: readonly SourceRule[] = [
  {
    id: 'py-swallowed-exception',
    ...ERRORS,
    message: 'An exception is dropped; catch what is meant, and handle, log or raise it.',
    find: (file) => file.all('except_clause').filter(swallows),
    bad: [
      'try:\n    f()\nexcept:\n    pass\n',
      'try:\n    f()\nexcept Exception:\n    pass\n',
      'def f():\n    try:\n        return g()\n    except Exception:\n        return None\n',
      'def f():\n    try:\n        return g()\n    except Exception as error:\n        return {"status": "ok", "detail": str(error)}\n',
      'for x in y:\n    try:\n        f(x)\n    except Exception:\n        continue\n',
      'try:\n    save()\nexcept DatabaseError:\n    pass\n',
      'def f():\n    try:\n        g()\n    except Exception as e:\n        print(e)\n',
    ],
    good: [
      'try:\n    f()\nexcept ValueError:\n    pass\n',
      'try:\n    f()\nexcept Exception:\n    logger.exception("failed")\n    raise\n',
      'try:\n    f()\nexcept Exception as error:\n    raise Problem("x") from error\n',
      'try:\n    f()\nexcept Exception:\n    session.rollback()\n    raise\n',
      'def f():\n    try:\n        return g()\n    except KeyError:\n        return None\n',
    ],
  },
];
