import { Router } from 'express';
import { Problem } from '../problem.js';
import { requireUser } from '../sessions/routes.js';
import { createNotes } from './repository.js';
import { readId, readNote, readPage } from './validation.js';

export function noteRoutes({ pool, config }) {
  const notes = createNotes(pool);
  const router = Router();
  router.use(requireUser({ config }));
  router.get('/', async (request, response) => {
    const page = readPage(request.query);
    const items = await notes.list(request.userId, page);
    const next = items.length === page.limit ? items.at(-1).id : null;
    response.json({ items, next });
  });
  router.post('/', async (request, response) => {
    const note = await notes.add(request.userId, readNote(request.body));
    response.status(201).location(`/v1/notes/${note.id}`).json(note);
  });
  router.get('/:noteId', async (request, response) => {
    const note = await notes.find(request.userId, readId(request.params.noteId));
    if (note === null) throw new Problem(404, 'Not found', 'There is no such note.');
    response.json(note);
  });
  router.delete('/:noteId', async (request, response) => {
    const removed = await notes.remove(request.userId, readId(request.params.noteId));
    if (!removed) throw new Problem(404, 'Not found', 'There is no such note.');
    response.status(204).end();
  });
  return router;
}
