/*
 * How much JavaScript a page needs: a chunk, what it imports at once, and so on. What it imports later, when somebody
 * goes there, is not of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The chunks that the page loads before it is drawn: { name: bytes after gzip }. */
export function firstLoad(dist) {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const entries = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.js)"/g)].map(
    ([, name]) => name,
  );
  return closure(dist, entries);
}

/** The same for a chunk that is loaded later, by the beginning of its name, with what was loaded before. */
export function laterPage(dist, name) {
  const file = readdirSync(join(dist, 'assets')).find(
    (each) => each.startsWith(`${name}-`) && each.endsWith('.js'),
  );
  if (file === undefined) throw new Error(`no chunk ${name} in ${dist}`);
  return { ...firstLoad(dist), ...closure(dist, [`assets/${file}`]) };
}

export function total(chunks) {
  return Object.values(chunks).reduce((sum, bytes) => sum + bytes, 0);
}

/** What a module imports at once; `import(…)` is for later. */
export function staticImports(source) {
  const found = source.matchAll(
    /(?:^|[;\s}])(?:import|export)\s*(?:[\w$*{},\s]*?from\s*)?["']\.\/([^"']+\.js)["']/g,
  );
  return [...new Set([...found].map(([, name]) => name))];
}

function closure(dist, names) {
  const chunks = {};
  const todo = [...names];
  while (todo.length > 0) {
    const name = todo.pop();
    if (name in chunks) continue;
    const source = readFileSync(join(dist, name), 'utf8');
    chunks[name] = gzipSync(source, { level: 9 }).length;
    todo.push(...staticImports(source).map((each) => `assets/${each}`));
  }
  return chunks;
}
