// Fails if the built pages have become too heavy; part of `npm run build`.
import { join } from 'node:path';
import { firstLoad, laterPage, total } from './size.js';

const dist = join(import.meta.dirname, '../dist');
const limits = [
  ['first load', firstLoad(dist), 250_000],
  ['meeting page', laterPage(dist, 'MeetingRoute'), 450_000],
];

for (const [what, chunks, limit] of limits) {
  const bytes = total(chunks);
  const kb = (value) => `${(value / 1000).toFixed(0)} kB`;
  console.log(`${what}: ${kb(bytes)} of JavaScript after gzip, at most ${kb(limit)}`);
  if (bytes <= limit) continue;
  for (const [name, size] of Object.entries(chunks)) console.error(`  ${name}: ${kb(size)}`);
  process.exitCode = 1;
}
