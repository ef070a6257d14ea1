/**
 * The one script: puts the pieces of the page's stream in their places. Pages say all of it without a script, too; a reload
 * brings the rest. What it is given is escaped by the server, and the page's policy runs nothing else.
 */
export const SCRIPT = `'use strict';
(() => {
  const address = document.body.dataset.live;
  if (address === undefined) return;
  let source = null;
  const shown = new Map();
  const put = (id, text) => {
    const place = document.getElementById(id);
    if (place === null || shown.get(id) === text) return;
    shown.set(id, text);
    const focused = place.contains(document.activeElement) ? document.activeElement.id : '';
    const scrolled = [...place.querySelectorAll('.scroll')].map((box) => box.scrollLeft);
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    if (fresh.body.innerHTML === place.innerHTML) return;
    place.replaceChildren(...fresh.body.childNodes);
    [...place.querySelectorAll('.scroll')].forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0; });
    if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true });
  };
  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source !== null || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener('pieces', ({ data }) => {
      for (const [id, text] of Object.entries(JSON.parse(data))) put(id, text);
    });
    source.addEventListener('end', () => {
      close();
      document.removeEventListener('visibilitychange', look);
    });
  };
  // A browser has few connections for one server; tabs nobody looks at need none.
  const look = () => { if (document.hidden) close(); else open(); };
  document.addEventListener('visibilitychange', look);
  open();
})();
`;
