const LEAKS: readonly (readonly [string, RegExp])[] = [
  [
    'a stack trace',
    /\n?\s+at (?:async )?[\w.<>$ [\]]+ \(?(?:file:|node:|\/)[^\s)]+:\d+:\d+\)?|Traceback \(most recent call last\)|File \\?"[^"\n]{1,300}\\?", line \d+|\bat [\w$.]+\([\w$]+\.(?:java|kt|scala):\d+\)|\bat (?:Object|Module|Layer|Function|process)\.[\w.<>]+ \(|goroutine \d+ \[running\]|(?:\/[\w.@-]+){2,}\.(?:[cm]?[jt]s|py|java):\d+/,
  ],
  [
    'the text of a database error',
    /syntax error at or near|unterminated quoted string|violates (?:unique|foreign key|check|not-null) constraint|relation \\?"[^"\n]{1,100}" does not exist|column \\?"?[\w.]+\\?"? does not exist|invalid input syntax for (?:type|integer)|SQLSTATE\[?|SQLITE_ERROR|ORA-\d{5}|You have an error in your SQL syntax|psycopg2?\.errors|org\.postgresql\.util\.PSQLException|SequelizeDatabaseError|PrismaClientKnownRequestError/,
  ],
];

/** What an error body tells of the inside of a service, in words; null: nothing. What the request said itself is no leak. */
export function leakIn(body: string, sent: string): string | null {
  for (const [name, pattern] of LEAKS) {
    const match = pattern.exec(body);
    if (match !== null && !sent.includes(match[0])) return name;
  }
  return null;
}

/** Marks of a statement that a database could not read. */
export const SQL_COMPLAINT =
  /syntax error at or near|unterminated quoted string|SQLITE_ERROR|You have an error in your SQL syntax|unclosed quotation mark|quoted string not properly terminated|ORA-0(?:0933|1756|0936)|psycopg2?\.errors\.SyntaxError|bad SQL grammar|UNION types .{1,80} cannot be matched|each UNION query must have/i;
