// Needs no server.
import { inbox } from '../../src/cli/commands/inbox';
import { code, readDocument, table } from './documents';

test('docs/inbox.md lists every option as --help does', () => {
  const rows = table(readDocument('docs/inbox.md'), 'option').map(([flags, what]) => [code(flags), what]);
  expect(rows).toEqual(inbox.options.map(({ flags, help }) => [flags, help]));
});
