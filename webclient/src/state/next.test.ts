import { describe, expect, it } from 'vitest';
import { nextPath, withNext } from './next';

describe('nextPath', () => {
  it.each([
    ['?next=%2Fm%2Fh3k7m-2p9qx', '/m/h3k7m-2p9qx'],
    ['', '/'],
    ['?next=https%3A%2F%2Fevil.example', '/'],
    ['?next=%2F%2Fevil.example', '/'],
    ['?next=%2F%5Cevil.example', '/'],
    ['?next=javascript%3Aalert(1)', '/'],
  ])('%s', (search, want) => {
    expect(nextPath(search)).toBe(want);
  });

  it('is what withNext wrote', () => {
    expect(nextPath(withNext('/signin', '/m/h3k7m-2p9qx?a=b').slice('/signin'.length))).toBe(
      '/m/h3k7m-2p9qx?a=b',
    );
  });
});
