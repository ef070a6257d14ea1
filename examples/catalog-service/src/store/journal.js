import { open } from 'node:fs/promises';

/**
 * @typedef {object} Journal
 * @property {() => Promise<object[]>} read Every event, oldest first; called once, before the first `append`.
 * @property {(event: object) => Promise<void>} append Resolves when the event would survive a crash.
 * @property {() => Promise<void>} close
 */

/**
 * A file of events, one JSON object a line. A last line that a crash cut off is dropped: nobody was told that it
 * had been written.
 *
 * @param {string} path Made when it is not there.
 * @returns {Promise<Journal>}
 */
export async function openJournal(path) {
  const file = await open(path, 'a+', 0o600);
  let broken = null;
  return {
    async read() {
      const bytes = await file.readFile();
      const end = bytes.lastIndexOf('\n') + 1;
      if (end < bytes.length) await file.truncate(end);
      const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
      return lines.map((line, index) => parseLine(line, index + 1, path));
    },
    async append(event) {
      // After a failed write the file may end in half a line, and what follows would be glued to it.
      if (broken)
        throw new Error('The journal could not be written before; restart the service.', { cause: broken });
      try {
        await file.appendFile(`${JSON.stringify(event)}\n`);
        await file.datasync();
      } catch (error) {
        broken = error;
        throw error;
      }
    },
    close: () => file.close(),
  };
}

/** Keeps events no longer than the process. @returns {Journal} */
export function memoryJournal() {
  return { read: () => Promise.resolve([]), append: () => Promise.resolve(), close: () => Promise.resolve() };
}

function parseLine(line, number, path) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`Line ${number} of ${path} is not an event; restore the file from its backup.`, {
      cause: error,
    });
  }
}
