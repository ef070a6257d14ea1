/** Words of a name in camel, kebab, snake or plain case, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** What begins like a verb and names a thing: delete requests, an update history. */
const THINGS = new Set(
  (
    'request requests job jobs event events operation operations log logs history task tasks policy policies rule ' +
    'rules marker markers reason reasons ons on date time count started status statistics stats token tokens type ' +
    'types info permission permissions'
  ).split(' '),
);

/** Whether the words after a verb turn it into the name of a thing. */
export function isThing(words: readonly string[]): boolean {
  return words.length > 1 && THINGS.has(words.at(-1) ?? '');
}

const SINGULAR_LOOKING_PLURALS = new Set(
  (
    'people children men women feet teeth mice geese data metadata media criteria bacteria phenomena alumni staff ' +
    'personnel police cattle fish sheep deer aircraft equipment information info feedback news content inventory ' +
    'stock software hardware music traffic mail money cash history audit research knowledge advice furniture ' +
    'luggage merchandise evidence machinery search auth cache weather storage billing health admin me self ' +
    'telemetry analytics i18n l10n config configuration backup schema catalog catalogue basket cart'
  ).split(' '),
);

/** Whether a noun is surely a singular one that has a plural. */
export function isSingular(noun: string): boolean {
  const last = wordsOf(noun).at(-1) ?? '';
  if (!/^[a-z]{3,}$/.test(last) || SINGULAR_LOOKING_PLURALS.has(last)) return false;
  return !last.endsWith('s') || last.endsWith('ss');
}
