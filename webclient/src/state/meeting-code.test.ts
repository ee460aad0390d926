import { describe, expect, it } from 'vitest';
import { meetingCode } from './meeting-code';

describe('meetingCode', () => {
  it.each([
    ['h3k7m-2p9qx', 'h3k7m-2p9qx'],
    ['H3K7M2P9QX', 'h3k7m-2p9qx'],
    ['  h3k7m 2p9qx ', 'h3k7m-2p9qx'],
    ['h3k7m–2p9qx', 'h3k7m-2p9qx'],
    ['https://plenum.example/m/h3k7m-2p9qx', 'h3k7m-2p9qx'],
    ['plenum.example/m/H3K7M-2P9QX?from=mail#x', 'h3k7m-2p9qx'],
    ['oil7m-2p9qx', '0117m-2p9qx'],
    ['h3k7m-2p9q', null],
    ['h3k7m-2p9qxx', null],
    ['h3k7m-2p9qu', null],
    ['https://plenum.example/', null],
    ['', null],
  ])('%s', (input, want) => {
    expect(meetingCode(input)).toBe(want);
  });
});
