import type { ConfinedDatabase } from '../../postgres/postgres-server';
import { type BareDatabase, openEmptyDatabase } from '../database/empty-database';
import type { SchemaSnapshot } from '../database/read-snapshot';
import type { InspectionSetting } from '../open-inspection';

/** Most one statement may take on a replica. */
export const LONGEST_STATEMENT_MS = 5 * 60_000;
/** Kept at most; the one that was used longest ago goes. */
const MOST_KEPT = 6;

/** A database that others are copied from. */
export interface Template {
  readonly confined: ConfinedDatabase;
  /** Of the server. */
  readonly version: string;
  readonly snapshot: SchemaSnapshot;
  /** Rows by table, for one that was filled. */
  readonly rows: ReadonlyMap<string, number>;
  /** Tables that could not be filled, and why. */
  readonly unfilled: readonly string[];
}

/**
 * Databases that are made once and copied: a base's schema, and the same with rows in it. They live as long as the
 * process, or until others take their place.
 */
export interface Stock {
  /** The template of that key, made where there is none. */
  template(key: string, signal: AbortSignal, make: () => Promise<Template>): Promise<Template>;
  /** A database of its own with everything a template has; the caller drops it. */
  copy(template: Template, signal: AbortSignal): Promise<BareDatabase>;
}

/** Makes a template of a database, which is closed by it. */
export async function toTemplate(
  database: BareDatabase,
  filled: Pick<Template, 'rows' | 'unfilled'> = { rows: new Map(), unfilled: [] },
): Promise<Template> {
  const snapshot = await database.readSnapshot();
  await database.close();
  return { confined: database.confined, version: database.version, snapshot, ...filled };
}

export function createStock(setting: Pick<InspectionSetting, 'postgres' | 'sandbox'>): Stock {
  const kept = new Map<string, Promise<Template>>();
  const forget = (key: string): void => {
    const gone = kept.get(key);
    kept.delete(key);
    // One that somebody copies just now goes with its server.
    void gone?.then(({ confined }) => confined.drop()).catch(() => undefined);
  };
  return {
    async template(wanted, signal, make) {
      for (;;) {
        // Templates go with the server they were made on.
        const server = await setting.postgres().catch(() => null);
        const key = `${server?.adminUrl ?? 'no server'} ${wanted}`;
        const known = kept.get(key);
        const made = known ?? make();
        kept.delete(key);
        kept.set(key, made);
        try {
          const template = await made;
          while (kept.size > MOST_KEPT) forget([...kept.keys()][0] ?? key);
          return template;
        } catch (error) {
          if (kept.get(key) === made) kept.delete(key);
          // Whoever made it may have been cancelled, which is nobody else's failure.
          if (known === undefined || signal.aborted) throw error;
        }
      }
    },
    copy: (template, signal) =>
      openEmptyDatabase(setting, signal, { copyOf: template.confined, patienceMs: LONGEST_STATEMENT_MS }),
  };
}
