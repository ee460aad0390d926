import { describe, expect, it, vi } from 'vitest';
import { pieces, shownAddress } from './links';

const hrefs = (message: string) => pieces(message).flatMap((each) => each.href ?? []);

describe('pieces', () => {
  it('splits at a link and keeps every letter', () => {
    const message = 'Numbers: https://plenum.example/r/w47. Thanks';
    expect(pieces(message)).toEqual([
      { text: 'Numbers: ' },
      { text: 'https://plenum.example/r/w47', href: 'https://plenum.example/r/w47' },
      { text: '. Thanks' },
    ]);
    expect(
      pieces(message)
        .map((each) => each.text)
        .join(''),
    ).toBe(message);
  });

  it.each([
    ['(see https://a.example/b_(c))', ['https://a.example/b_(c)']],
    ['https://a.example/((b)c))).', ['https://a.example/((b)c)']],
    ['https://a.example/b).]', ['https://a.example/b']],
    ['https://a.example/(b', ['https://a.example/(b']],
    ['HTTP://A.example/x?y=1&z=2#q', ['http://a.example/x?y=1&z=2#q']],
    ['https://a.example and http://b.example/', ['https://a.example/', 'http://b.example/']],
    ['javascript:alert(1)', []],
    ['data:text/html,<script>', []],
    ['file:///etc/passwd', []],
    ['https://bank.example@evil.example/', []],
    ['https://', []],
    ['plain words', []],
    ['', []],
  ])('%s', (message, want) => {
    expect(hrefs(message)).toEqual(want);
  });

  it('copies a message of nothing but brackets a few times, not once for each bracket', () => {
    const message = 'https://a.b/' + ')'.repeat(4080);
    let copied = 0;
    const slice = String.prototype.slice;
    vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, ...range) {
      const part = slice.apply(this, range);
      copied += part.length;
      return part;
    });
    expect(pieces(message).map(({ text }) => text)).toEqual(['https://a.b/', ')'.repeat(4080)]);
    expect(copied).toBeLessThan(4 * message.length);
  });
});

describe('shownAddress', () => {
  it.each([
    ['https://plenum.example/r/w47', 'https://plenum.example/r/w47'],
    ['https://a.example', 'https://a.example'],
    ['https://a.example?q=1', 'https://a.example?q=1'],
    ['https://a.example/straße', 'https://a.example/straße'],
    ['https://pаypal.example/x', 'https://xn--pypal-4ve.example/x'],
    ['https://a.example/\u202egpj.exe', 'https://a.example/gpj.exe'],
    ['https://a.example\\@b.example/', 'https://a.example\\@b.example/'],
  ])('%j', (text, want) => {
    expect(shownAddress(text, new URL(text).href)).toBe(want);
  });
});
