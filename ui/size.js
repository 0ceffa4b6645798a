// Weighs the built page: all of its JavaScript, gzipped, against the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 200 * 1024;
const folder = new URL('dist/assets/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
const sizes = files.map((name) => [name, gzipSync(readFileSync(new URL(name, folder))).length]);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [name, bytes] of sizes) console.log(`${String(bytes).padStart(8)}  ${name}`);
console.log(`${String(total).padStart(8)}  of ${BUDGET} bytes, gzipped`);
if (files.length === 0 || total > BUDGET) {
  console.error(
    files.length === 0 ? 'There is no built page: run "npm run build".' : 'The page is too heavy.',
  );
  process.exit(1);
}
