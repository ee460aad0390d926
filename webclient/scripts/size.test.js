import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstLoad, laterPage, staticImports, total } from './size.js';

let dist;

beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'plenum-size-'));
  mkdirSync(join(dist, 'assets'));
  const write = (name, text) => writeFileSync(join(dist, 'assets', name), text);
  writeFileSync(
    join(dist, 'index.html'),
    '<script type="module" src="/assets/index-a.js"></script>',
  );
  write('index-a.js', 'import{a}from"./shared-b.js";const page=()=>import("./MeetingRoute-c.js");');
  write('shared-b.js', 'export const a=1;');
  write('MeetingRoute-c.js', 'import{a as b}from"./shared-b.js";import"./call-d.js";');
  write('call-d.js', 'export{a}from"./shared-b.js";');
});

afterEach(() => rmSync(dist, { recursive: true }));

it('counts what a page imports at once, each chunk once, and not what comes later', () => {
  expect(Object.keys(firstLoad(dist)).sort()).toEqual(['assets/index-a.js', 'assets/shared-b.js']);
  expect(Object.keys(laterPage(dist, 'MeetingRoute'))).toHaveLength(4);
  expect(total(laterPage(dist, 'MeetingRoute'))).toBeGreaterThan(total(firstLoad(dist)));
});

it('does not take a later import for one at once', () => {
  expect(staticImports('x=()=>import("./later.js");import"./now.js"')).toEqual(['now.js']);
});

it('says so when the chunk is gone', () => {
  expect(() => laterPage(dist, 'Elsewhere')).toThrow(/no chunk Elsewhere/);
});
