// npm run load [-- <requests of each kind>]: how long answers take in this process, without HTTP and without disk.
import { createShop, DOCUMENTS } from '../test/performance/shop.js';
import { tokenFor } from '../test/support/app.js';

const REQUESTS = Number(process.argv[2] ?? 500);
const CONCURRENT = 5;
const WARM_UP = 50;
const SIZE = { products: 500, reviewsEach: 20 };

if (!Number.isInteger(REQUESTS) || REQUESTS < 1) {
  console.error('Give the number of requests as a whole number, such as 500.');
  process.exit(1);
}

console.log(
  `${SIZE.products} products with ${SIZE.reviewsEach} reviews each, ${REQUESTS} requests, ${CONCURRENT} at a time`,
);
const { ask, lines } = await createShop(SIZE);
const memoryBefore = megabytes();
for (const [name, { query, variables }] of Object.entries(DOCUMENTS)) {
  const tokens = await Promise.all(
    Array.from({ length: WARM_UP + REQUESTS }, (_, index) => tokenFor(`load-${index}`)),
  );
  const times = [];
  const run = async (first) => {
    for (let index = first; index < tokens.length; index += CONCURRENT) {
      const startedAt = performance.now();
      const { errors } = await ask(query, variables, tokens[index]);
      if (errors) throw new Error(`${name}: ${errors[0].message}`);
      lines.length = 0;
      if (index >= WARM_UP) times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, (_, first) => run(first)));
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1);
  console.log(`${name.padEnd(34)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms`);
}
console.log(`memory ${memoryBefore} MB before, ${megabytes()} MB after`);

function megabytes() {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}
