import { describe, expect, it } from 'vitest';
import { nextPath, withNext } from './next';

const site = 'https://plenum.example';

describe('nextPath', () => {
  it.each([
    ['?next=%2Fm%2Fh3k7m-2p9qx', '/m/h3k7m-2p9qx'],
    ['', '/'],
    ['?next=https%3A%2F%2Fevil.example', '/'],
    ['?next=%2F%2Fevil.example', '/'],
    ['?next=%2F%5Cevil.example', '/'],
    ['?next=%2F%09%2Fevil.example', '/'],
    ['?next=%2F%0A%5Cevil.example', '/'],
    ['?next=%2F%2F', '/'],
    ['?next=%2Fa%2F..%2F%2Fevil.example', '/'],
    ['?next=%2Fm%2Fa%23b', '/m/a#b'],
    ['?next=javascript%3Aalert(1)', '/'],
  ])('%s', (search, want) => {
    expect(nextPath(search, site)).toBe(want);
  });

  it('is what withNext wrote', () => {
    expect(nextPath(withNext('/signin', '/m/h3k7m-2p9qx?a=b').slice('/signin'.length), site)).toBe(
      '/m/h3k7m-2p9qx?a=b',
    );
  });
});
