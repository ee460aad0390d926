import { describe, expect, it, vi } from 'vitest';
import { blocks, plainText } from './markdown';
import type { Block, Inline } from './markdown';

function shown(all: Inline[]): string {
  return all
    .map((each) => {
      if ('children' in each) return `<${each.kind}>${shown(each.children)}</${each.kind}>`;
      return each.kind === 'text' ? each.text : `<${each.kind}>${each.text}</${each.kind}>`;
    })
    .join('');
}

const drawn = (all: Block[]) =>
  all
    .map((each) => `${each.kind}: ${each.kind === 'code' ? each.text : shown(each.children)}`)
    .join(' | ');

describe('blocks', () => {
  it.each([
    ['plain', 'text: plain'],
    [
      '**bold** and *it* or _it_',
      'text: <bold>bold</bold> and <italic>it</italic> or <italic>it</italic>',
    ],
    ['**bold *and* both**', 'text: <bold>bold <italic>and</italic> both</bold>'],
    ['~~gone~~', 'text: <strike>gone</strike>'],
    ['run `a * b * c` now', 'text: run <code>a * b * c</code> now'],
    ['2 * 3 * 4', 'text: 2 * 3 * 4'],
    ['snake_case_name', 'text: snake_case_name'],
    ['**not closed', 'text: **not closed'],
    ['* not a list', 'text: * not a list'],
    ['see https://a.example/b_c_d*e*', 'text: see <link>https://a.example/b_c_d*e*</link>'],
    ['before\n```\na < b\n\n  c\n```\nafter', 'text: before | code: a < b\n\n  c | text: after'],
    ['```\nnever closed', 'text: ```\nnever closed'],
    ['> said\n> so\nyes', 'quote: said\nso | text: yes'],
    ['one\n\ntwo', 'text: one\n\ntwo'],
    ['# heading', 'text: # heading'],
    ['![x](https://a.example/p.png)', 'text: ![x](<link>https://a.example/p.png</link>)'],
    ['<b>x</b>', 'text: <b>x</b>'],
    ['[a](javascript:alert(1))', 'text: [a](javascript:alert(1))'],
    ['', ''],
  ])('%j', (message, want) => {
    expect(drawn(blocks(message))).toBe(want);
  });

  it('loses no letter, whatever is written', () => {
    let seed = 4;
    const next = () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return seed / 2 ** 32;
    };
    const alphabet = ['*', '_', '`', '~', ' ', 'a', 'b', '\n', '> ', 'é', '<', '👍'];
    for (let i = 0; i < 400; i++) {
      const text = Array.from(
        { length: Math.floor(next() * 40) },
        () => alphabet[Math.floor(next() * alphabet.length)]!,
      ).join('');
      const letters = (of: string) => [...of].filter((each) => /[abé<👍]/u.test(each)).join('');
      expect(letters(plainText(text)), text).toBe(letters(text));
    }
  });

  it('takes no time over a storm of marks', () => {
    for (const mark of ['*', '**a', '_', '`', '~~', '> ', '```\n']) {
      expect(blocks(mark.repeat(4096 / mark.length)).length).toBeGreaterThan(0);
    }
  });

  it('looks for the end of a fence once where there is none', () => {
    const trimEnd = vi.spyOn(String.prototype, 'trimEnd');
    expect(blocks('```a\n'.repeat(800))).toHaveLength(1);
    expect(trimEnd.mock.calls.length).toBeLessThan(2_000);
  });

  it('drops empty lines around a block, and keeps those inside of it', () => {
    const [block] = blocks('\n\na\n\n\nb\n\n');
    expect(block).toEqual({ kind: 'text', children: [{ kind: 'text', text: 'a\n\n\nb' }] });
  });
});
