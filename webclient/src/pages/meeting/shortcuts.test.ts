// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { follow, isHeadset } from './headset';
import { ownsSpace } from './pushToTalk';
import { shortcutOf, takesKeys } from './shortcuts';

function element(html: string): Element {
  document.body.innerHTML = html;
  return document.querySelector('[data-here]') ?? document.body.firstElementChild!;
}

describe('shortcutOf', () => {
  it.each([
    ['m', false, false, true, 'microphone'],
    ['M', false, false, true, 'microphone'],
    ['d', true, false, true, 'microphone'],
    ['e', true, false, false, 'camera'],
    ['m', true, false, true, undefined],
    ['m', false, true, true, undefined],
    ['m', false, false, false, undefined],
    ['PageDown', false, false, false, 'nextPage'],
    ['?', false, false, true, 'help'],
    ['x', false, false, true, undefined],
  ])('%s with Ctrl %s, Alt %s, single keys %s', (key, command, other, single, want) => {
    expect(shortcutOf({ key, command, other }, single)).toBe(want);
  });
});

describe('keys', () => {
  it.each([
    ['<input>', true, true],
    ['<textarea></textarea>', true, true],
    ['<button>x</button>', false, true],
    ['<button><svg data-here></svg></button>', false, true],
    ['<div role="dialog"><p data-here>x</p></div>', true, true],
    ['<div role="menu"><p data-here>x</p></div>', true, true],
    ['<div tabindex="0">list</div>', false, true],
    ['<aside tabindex="-1">panel</aside>', false, false],
    ['<main>stage</main>', false, false],
  ])('in %s: letters belong to it: %s, Space belongs to it: %s', (html, letters, space) => {
    const target = element(html);
    expect(takesKeys(target)).toBe(letters);
    expect(ownsSpace(target)).toBe(space);
  });
});

describe('a headset', () => {
  const device = (value: string, label: string) => ({ value, label });
  const built = device('b', 'Built-in microphone');
  const worn = device('h', 'Jabra Evolve2 Headset');
  const desk = device('d', 'USB desk microphone');

  it.each([
    ['that comes is taken', [built], [built, worn], 'b', undefined, { take: worn }],
    ['that goes leads back', [built, desk, worn], [built, desk], 'h', 'd', { back: desk }],
    ['that goes leads to what is left', [built, worn], [built], 'h', 'gone', { back: built }],
    ['that was there at first is left alone', [], [built, worn], 'b', undefined, {}],
    ['is not any microphone', [built], [built, desk], 'b', undefined, {}],
    ['that is in use already stays', [built], [built, worn], 'h', undefined, {}],
    ['that goes while it is not used changes nothing', [built, worn], [built], 'b', undefined, {}],
  ])('%s', (_, before, now, current, former, want) => {
    expect(follow(before, now, current, former)).toEqual(want);
  });

  it.each([
    ['AirPods Pro', true],
    ['Headphones (WH-1000XM4 Hands-Free)', true],
    ['Galaxy Buds2', true],
    ['Webcam C920', false],
    ['MacBook Pro Microphone', false],
  ])('%s: %s', (label, want) => {
    expect(isHeadset(label)).toBe(want);
  });
});
