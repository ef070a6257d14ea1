// node scripts/create-user.js <email> [display name]: adds a user; the password is read from standard input.
import { text } from 'node:stream/consumers';
import { createPasswords } from '../src/auth/passwords.js';
import { createAuthRepository } from '../src/auth/repository.js';
import { loadConfig } from '../src/config.js';
import { createPool } from '../src/db/pool.js';

const MIN_PASSWORD = 12;
const [email, displayName = null] = process.argv.slice(2);
if (!email) {
  console.error('Usage: node scripts/create-user.js <email> [display name] < file-with-password');
  process.exit(2);
}

let pool;
try {
  const config = loadConfig(process.env);
  pool = createPool({ ...config, databasePoolSize: 1 });
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password.length < MIN_PASSWORD) throw new Error(`A password has at least ${MIN_PASSWORD} characters.`);
  const passwordHash = await createPasswords(config.auth.passwordCost).hash(password);
  const id = await createAuthRepository(pool).insertUser({
    email: email.toLowerCase(),
    passwordHash,
    displayName,
  });
  if (!id) throw new Error(`There is a user with the address ${email} already.`);
  console.log(`added user ${id}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await pool?.end();
}
