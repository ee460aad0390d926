import { describe, expect, it } from 'vitest';
import en from './en.json';

type Tree = { [key: string]: string | Tree };

function entries(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[path + key, value] as [string, string]]
      : entries(value, `${path}${key}.`),
  );
}

const words = entries(en);

describe('the catalogue', () => {
  it('keeps its voice: calm, without blame', () => {
    const loud = words.filter(([, text]) =>
      /!|oops|sorry|please wait|invalid|illegal|fatal/i.test(text),
    );
    expect(loud).toEqual([]);
  });

  it('has both forms of each plural', () => {
    const keys = new Set(words.map(([key]) => key));
    const lone = [...keys].filter((key) => {
      const other = key.endsWith('_one') ? key.replace(/_one$/, '_other') : null;
      const one = key.endsWith('_other') ? key.replace(/_other$/, '_one') : null;
      return (other !== null && !keys.has(other)) || (one !== null && !keys.has(one));
    });
    expect(lone).toEqual([]);
  });

  it('shows people none of the words of the code', () => {
    const inside = words.filter(([, text]) =>
      /\b(publication|subscription|slot|peer|layer|SFU|WebRTC|WebSocket|session|token)s?\b/i.test(
        // So OBS calls a field of its own.
        text.replace('Bearer Token', ''),
      ),
    );
    expect(inside).toEqual([]);
  });
});
