import type { SgNode } from '@ast-grep/napi';
import { unwrap } from '../engine/shape';

const SECRET =
  /(?:secret|passw(?:or)?d|passphrase|pwd|(?:^|_)token|api_?key|private_?key|credentials?|signing_?key|encryption_?key|auth_?key|access_?key|jwt_?key|cookie_?key|session_?keys?|hmac_?key|salt)s?$/i;
const SECRET_WITH_MORE = /(?:secret|password|passphrase|signing_?key|encryption_?key)[_\w]*$/i;
const NO_SECRET =
  /(?:_(?:ttl|expir\w*|min\w*|max\w*|length|file|path|dir|url|uri|host|port|name|header|algorithm|issuer|audience|rounds|cost|policy|regex|pattern|prefix|type|count|limit|field|hash_?cost|arn|id|version|region|field|location|provider|lifetime|duration|seconds|minutes|hours|days|age)$|(?:Ttl|TTL|ExpiresIn|Expiry|Length|File|Path|Url|Header|Algorithm|Name|Rounds|Cost|Policy|Age|Prefix|Type|Seconds|Minutes)$)/i;

/** Whether a variable or setting of this name holds a secret: `JWT_SECRET` yes, `TOKEN_TTL` no. */
export function isSecretName(name: string): boolean {
  return (SECRET.test(name) || SECRET_WITH_MORE.test(name)) && !NO_SECRET.test(name);
}

/** Whether an expression reads like a password in the clear. */
export function isPasswordText(text: string): boolean {
  return /passw(?:or)?d|passphrase|\bpwd\b/i.test(text);
}

const PASSWORD = /(?:^|[._])(?:\w*password\w*|\w*passwd|pwd|passphrase|pass_?hash)$/i;
const TOKEN =
  /(?:^|[._'"[-])(?:(?:api|access|auth|csrf|xsrf|reset|bearer|session|admin|webhook|refresh|service|internal|expected|provided|shared|client|hook)[_-]?(?:token|key|secret)|\w*signature|hmac|digest|otp|totp|secret)['"\])]*$/i;
const REPEATED =
  /^verify$|confirm|repeat|previous|\bupdate\w*\.|\bpatch\.|again|retype|new_?pass|old_?pass|current_?pass|password2|verifyPassword/i;
const PLAIN_VALUES =
  /^(?:undefined|null|nil|None|true|false|True|False|number|\d+|string|string_literal|template_string|integer|none|null_literal|decimal_integer_literal|unary_expression|typeof.*)$/;

/** Both sides of an equality are values, and one of them is a password, a token or a signature. */
export function isCredentialComparison(left: SgNode | null, right: SgNode | null): boolean {
  if (left === null || right === null) return false;
  const sides = [unwrap(left), unwrap(right)];
  if (sides.some((side) => PLAIN_VALUES.test(String(side.kind())) || PLAIN_VALUES.test(side.text())))
    return false;
  // `user.getPassword()` reads as `user.Password`.
  const texts = sides.map((side) =>
    side
      .text()
      .replace(/\s+/g, '')
      .replace(/\.get(\w+)\(\)$/, '.$1')
      .replace(/\(\)$/, ''),
  );
  if (texts.some((text) => REPEATED.test(text) || /\.(?:length|type|kind|size)$|^typeof/.test(text)))
    return false;
  return texts.some((text) => PASSWORD.test(text) || TOKEN.test(text));
}
