/** A page of the web inbox on which something is answered or read. */
export type InboxPlace =
  | { readonly kind: 'objective' }
  | { readonly kind: 'plan' }
  | { readonly kind: 'question'; readonly id: string }
  | { readonly kind: 'contract'; readonly name: string };

/**
 * An address that links begin with: without the user, password, query and fragment it may have been copied with, and
 * without the entrance of the inbox. What opens a door once is no part of a link that many people read.
 */
export function baseAddress(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname.replace(/\/enter\/?$/, '/')}`.replace(/\/+$/, '');
}

/**
 * Where the inbox shows it. Whoever follows the link needs a login of their own.
 * @param owner id of an objective, or of the watch over its deployment
 */
export function inboxPage(base: string, owner: string, place: InboxPlace): string {
  const objective = `${baseAddress(base)}/objectives/${owner.split('/').map(encodeURIComponent).join('/')}`;
  switch (place.kind) {
    case 'objective':
      return objective;
    case 'plan':
      return `${objective}/plan`;
    case 'question':
      return `${objective}/questions/${encodeURIComponent(place.id)}`;
    case 'contract':
      return `${objective}/contracts/${encodeURIComponent(place.name)}`;
  }
}
