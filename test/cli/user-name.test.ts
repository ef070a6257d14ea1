import { userInfo } from 'node:os';
import { userName } from '../../src/cli/user-name';

const named = (inherited: Record<string, string>): string =>
  userName({ environment: { inherited } } as never);

it('who stands at the terminal is named by USER, then LOGNAME, then the operating system', () => {
  expect(named({ USER: 'ada', LOGNAME: 'lin' })).toBe('ada');
  expect(named({ USER: '', LOGNAME: 'lin' })).toBe('lin');
  expect(named({})).toBe(userInfo().username);
});
