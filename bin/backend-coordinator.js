#!/usr/bin/env node
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { isAbsolute, join } = require('node:path');

const dist = join(__dirname, '..', 'dist');
const main = join(dist, 'src', 'cli', 'main.js');
const help = join(dist, 'help.txt');
const asksForHelp = process.argv.length === 3 && ['--help', '-h'].includes(process.argv[2]);

if (asksForHelp && existsSync(help)) {
  // As `runProcess` does: a reader that left, or a terminal that is gone, is no error of ours.
  process.stdout.once('error', ({ code, message }) => {
    if (code === 'EPIPE' || code === 'EIO') return;
    process.exitCode = 2;
    process.stderr.on('error', () => undefined);
    process.stderr.write(`The output cannot be written (${message}); make room, or send it elsewhere.\n`);
  });
  process.stdout.write(readFileSync(help));
} else if (existsSync(main)) {
  // Node 22 and later keep what they compiled: in a folder of the user's own, since whoever writes there decides what runs.
  const cache = isAbsolute(process.env.XDG_CACHE_HOME ?? '')
    ? process.env.XDG_CACHE_HOME
    : join(homedir(), '.cache');
  if (existsSync(cache)) enableCompileCache?.(join(cache, 'backend-coordinator', 'compiled'));
  require(main).runProcess();
} else {
  process.stderr.write('backend-coordinator is not built; run `npm ci` or `npm run build` in its folder.\n');
  process.exitCode = 2;
}
