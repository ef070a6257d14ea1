/**
 * The one script: puts the pieces of the page's stream in their places, and says when none come. Pages say all of it
 * without a script, too; a reload brings the rest. What it is given is escaped by the server, and the page's policy runs
 * nothing else.
 */
export const SCRIPT = `'use strict';
(() => {
  const { live: address, again } = document.body.dataset;
  if (again !== undefined) {
    const look = async () => {
      const { status } = await fetch(location.href, { redirect: 'manual' }).catch(() => ({ status: 503 }));
      // Whatever else it is, such as that one has to log in again, is said by the page of it.
      if (status === 503) setTimeout(look, 3000);
      else location.reload();
    };
    setTimeout(look, 3000);
  }
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
    const [chosen] = place.selectedOptions ?? [];
    place.replaceChildren(...fresh.body.childNodes);
    if (chosen !== undefined) {
      // Who was chosen stays so, also where they are offered no more: else it would go to everybody.
      if (![...place.options].some(({ value }) => value === chosen.value)) place.append(chosen);
      place.value = chosen.value;
    }
    [...place.querySelectorAll('.scroll')].forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0; });
    if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true });
  };
  const say = (sentence) => {
    const place = document.getElementById('offline');
    if (place === null || place.textContent === sentence) return;
    const words = Object.assign(document.createElement('p'), { className: 'problem', textContent: sentence });
    place.replaceChildren(...(sentence === '' ? [] : [words]));
  };
  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source !== null || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener('open', () => { say(''); });
    source.addEventListener('error', ({ target }) => {
      if (target !== source) return;
      if (source.readyState === EventSource.CLOSED) {
        close();
        say('This page is not kept up to date any more. Reload it; you may have to log in again.');
      } else say('The inbox does not answer, so what you see may be old; it is tried again.');
    });
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
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => { if (persisted) open(); });
  open();
})();
`;
