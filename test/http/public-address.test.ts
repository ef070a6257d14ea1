// Needs no server.
import type { LookupAddress } from 'node:dns';
import { isPublicAddress, publicLookup } from '../../src/http/public-address';

test.each([
  '93.184.215.14',
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'localhost',
  '',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

describe('looking up a name', () => {
  /** Answers one list after the other, as a name that is bound anew does. */
  const rebinding = (...answers: readonly LookupAddress[][]) => {
    let asked = 0;
    const resolve: Parameters<typeof publicLookup>[0] = (_host, _options, done) => {
      done(null, answers[asked++] ?? []);
    };
    return { lookup: publicLookup(resolve), asked: () => asked };
  };
  const found = (lookup: ReturnType<typeof publicLookup>, all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      lookup('rebind.example', { all }, (error, address, family) => resolve(error ?? { address, family }));
    });
  const good = { address: '93.184.215.14', family: 4 };
  const inside = { address: '169.254.169.254', family: 4 };

  test('gives the addresses that were checked, once, so that nothing can change in between', async () => {
    const { lookup, asked } = rebinding([good, inside], [inside]);
    expect(await found(lookup, true)).toEqual({ address: [good], family: undefined });
    expect(asked()).toBe(1);
  });

  test('gives one where one is wanted', async () => {
    expect(await found(rebinding([inside, good]).lookup, false)).toEqual(good);
  });

  test('of which nothing is public fails', async () => {
    expect(await found(rebinding([inside]).lookup, true)).toMatchObject({ name: 'NotPublic' });
    expect(await found(rebinding([]).lookup, false)).toMatchObject({ name: 'NotPublic' });
  });
});
