// Needs no server.
import { createHmac } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { parseSettings } from '../../src/config/settings-file';
import { NEWS_KINDS } from '../../src/domain/notification/news';
import { Notification } from '../../src/domain/notification/notification';
import { code, jsonBlocks, readDocument, section, table } from './documents';

const document = readDocument('docs/notifications.md');
const blocks = (language: string): string[] =>
  [...document.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );

describe('docs/notifications.md', () => {
  test('lists what people are told of', () => {
    const kinds = table(section(document, '## What is told'), 'kind').map(([kind]) => code(kind));
    expect(kinds).toEqual(NEWS_KINDS.map(({ kind }) => kind));
  });

  test('shows a payload as it is sent', () => {
    const payloads = jsonBlocks(document);
    expect(payloads).toHaveLength(1);
    expect(Notification.parse(payloads[0])).toEqual(payloads[0]);
  });

  test('shows settings that can be used as they are', () => {
    const settings = blocks('yaml').map((text) => parseSettings(text, 'docs/notifications.md'));
    expect(settings).toHaveLength(3);
    for (const { notifications } of settings) expect(notifications).toBeDefined();
  });

  test('shows how to verify a signature, and it does', () => {
    const [text = ''] = blocks('js');
    const verify = z
      .custom<(headers: object, body: string, key: string) => boolean>((value) => typeof value === 'function')
      .parse(runInNewContext(`${text}\nisGenuine`, { require, Buffer }));
    const signed = (key: string, at: number, body: string) => ({
      'x-coordinator-timestamp': String(at),
      'x-coordinator-signature': `sha256=${createHmac('sha256', key).update(`${at}.${body}`).digest('hex')}`,
    });
    const now = Math.floor(Date.now() / 1000);
    expect(verify(signed('key', now, '{}'), '{}', 'key')).toBe(true);
    expect(verify(signed('key', now, '{}'), '{ }', 'key')).toBe(false);
    expect(verify(signed('other', now, '{}'), '{}', 'key')).toBe(false);
    expect(verify(signed('key', now - 3600, '{}'), '{}', 'key')).toBe(false);
    expect(verify({}, '{}', 'key')).toBe(false);
  });
});

test('settings.example.yaml can be used as it is, and shows every setting of notifications', () => {
  const { notifications } = parseSettings(readDocument('settings.example.yaml'), 'settings.example.yaml');
  expect(Object.keys(notifications ?? {}).sort()).toEqual(
    ['bell', 'commands', 'details', 'email', 'links', 'webhooks'].sort(),
  );
  expect(readDocument('settings.example.yaml')).toContain(NEWS_KINDS.map(({ kind }) => kind).join(', '));
});
