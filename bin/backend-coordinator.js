#!/usr/bin/env node
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'src', 'cli', 'main.js');
if (existsSync(main)) {
  require(main).runProcess();
} else {
  process.stderr.write('backend-coordinator is not built; run `npm ci` or `npm run build` in its folder.\n');
  process.exitCode = 2;
}
