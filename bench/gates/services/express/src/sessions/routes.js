import { Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Problem } from '../problem.js';
import { isPassword } from './passwords.js';
import { issueToken, readToken } from './tokens.js';

// Compared with when nobody has the address, so that both take as long.
const NOBODY = `${'A'.repeat(22)}.${'A'.repeat(43)}`;

export function sessionRoutes({ pool, config }) {
  const router = Router();
  const limit = rateLimit({
    windowMs: 60_000,
    limit: 10,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    handler: (request, response, next) =>
      next(new Problem(429, 'Too many requests', 'Try again in a minute.')),
  });
  router.post('/', limit, async (request, response) => {
    const { email, password } = request.body ?? {};
    if (!isText(email, 3, 200) || !isText(password, 1, 200)) {
      throw new Problem(400, 'Invalid request', 'email and password are required.');
    }
    const found = await pool.query('SELECT id, password_hash FROM users WHERE email = $1', [email]);
    const user = found.rows[0];
    const matches = await isPassword(password, user?.password_hash ?? NOBODY);
    if (!user || !matches) throw new Problem(401, 'Not signed in', 'Address or password is wrong.');
    response.status(201).json({ token: await issueToken(config.sessionSecret, user.id) });
  });
  return router;
}

function isText(value, min, max) {
  return typeof value === 'string' && value.length >= min && value.length <= max && !value.includes('\0');
}

/** Lets only callers with a token of ours through, and says who they are. */
export function requireUser({ config }) {
  return async (request, response, next) => {
    const [, token] = /^Bearer ([\w.-]+)$/.exec(request.get('authorization') ?? '') ?? [];
    try {
      request.userId = await readToken(config.sessionSecret, token ?? '');
    } catch {
      throw new Problem(401, 'Not signed in', 'Sign in and send the token.');
    }
    next();
  };
}
