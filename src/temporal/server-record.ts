import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file';

/** `server.json`: the embedded server as other programs find it. Exactly these keys. */
export const ServerRecord = z.strictObject({
  pid: z.int().positive(),
  address: z.string().min(1),
  ui: z.string().min(1),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

/** `server-lease.json`: where the guard gives out leases; readable by the owner only, because of the token. */
export const GuardRecord = z.strictObject({
  guard: z.int().positive(),
  port: z.int().min(1).max(65_535),
  token: z.string().min(16),
  /** The server it has begun to start, perhaps before that one is in `server.json`. */
  server: z.int().positive().nullable(),
  /** Whether the server stays without any lease until it is told to stop. */
  keep: z.boolean(),
});
export type GuardRecord = z.infer<typeof GuardRecord>;

const serverFile = (home: string): string => join(home, 'server.json');
const guardFile = (home: string): string => join(home, 'server-lease.json');

/** What `server.json` says, unchecked against the world; undefined when there is none or it is malformed. */
export function readServerRecord(home: string): Promise<ServerRecord | undefined> {
  return readJsonFile(serverFile(home), ServerRecord);
}

export function writeServerRecord(home: string, record: ServerRecord): Promise<void> {
  return writeJsonFile(serverFile(home), record);
}

export function readGuardRecord(home: string): Promise<GuardRecord | undefined> {
  return readJsonFile(guardFile(home), GuardRecord);
}

export function writeGuardRecord(home: string, record: GuardRecord): Promise<void> {
  return writeJsonFile(guardFile(home), record, 0o600);
}

/** Only the holder of the guard's lock may take the files away. */
export function removeServerRecord(home: string): Promise<void> {
  return rm(serverFile(home), { force: true });
}

export function removeGuardRecord(home: string): Promise<void> {
  return rm(guardFile(home), { force: true });
}
