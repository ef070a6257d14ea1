// Where the user's registry is reached: home, proxies, certificates. Keys of models and clouds are not among them.
const VARIABLES =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|XDG_.+|(?:https?|no|all)_proxy)$/i;

/** The part of the user's environment a package manager needs to reach the user's registry; `own`: its own names. */
export function clientEnvironment(
  inherited: Readonly<Record<string, string>>,
  own: RegExp,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inherited).filter(([name]) => VARIABLES.test(name) || own.test(name)),
  );
}
