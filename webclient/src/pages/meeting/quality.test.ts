import { describe, expect, it } from 'vitest';
import { idleState } from '../../call';
import type { QualityChanged, SlotQuality } from '../../protocol/messages';
import { levelOf, ownQuality, pictureQuality, reasonOf } from './quality';

const quality = (change: Partial<QualityChanged> = {}): QualityChanged => ({
  up: 100,
  down: 100,
  estimate: 5_000_000,
  slots: [],
  others: {},
  ...change,
});
const slot = (reason: string, paused = false): SlotQuality => ({
  mid: '4',
  height: 360,
  reason,
  paused,
});

it.each([
  [100, 'good'],
  [70, 'good'],
  [69, 'fair'],
  [40, 'fair'],
  [39, 'poor'],
  [0, 'poor'],
])('a score of %d is %s', (score, level) => expect(levelOf(score)).toBe(level));

describe('what the server gives as a reason', () => {
  it.each([
    ['', { kind: 'met' }],
    ['wish is met', { kind: 'met' }],
    ['link carries 800 kbit/s', { kind: 'link', rate: 800_000 }],
    ['link carries 800 kbit/s, but not for long yet', { kind: 'settling' }],
    ['data saver', { kind: 'saver' }],
    ['tile is small', { kind: 'small' }],
    ['layer is not sent by the publisher', { kind: 'notSent' }],
    ['waits for key frame', { kind: 'other', text: 'waits for key frame' }],
  ])('%j is understood', (text, expected) => {
    expect(reasonOf(slot(text))).toEqual(expected);
  });

  it('is a pause if the server says so', () => {
    const paused = { kind: 'paused', rate: 50_000 };
    expect(reasonOf(slot('paused: link carries 50 kbit/s', true))).toEqual(paused);
    expect(reasonOf(slot('link carries 50 kbit/s', true))).toEqual(paused);
  });
});

describe('whose side a picture suffers from', () => {
  it('is nobody’s while nothing is known or nothing is wrong', () => {
    expect(pictureQuality(undefined, 'p1', undefined)).toMatchObject({
      level: 'good',
      side: 'none',
    });
    expect(pictureQuality(quality(), 'p1', slot(''))).toMatchObject({
      level: 'good',
      side: 'none',
    });
  });

  it('is theirs when their way up is bad', () => {
    const seen = pictureQuality(quality({ others: { p1: 30 } }), 'p1', slot('wish is met'));
    expect(seen).toMatchObject({ level: 'poor', side: 'theirs' });
  });

  it('is ours when our link carries no more, even if theirs is bad as well', () => {
    const bad = quality({ down: 30, others: { p1: 30 } });
    const seen = pictureQuality(bad, 'p1', slot('link carries 800 kbit/s'));
    expect(seen).toMatchObject({ level: 'poor', side: 'yours' });
  });

  it('shows bars for a picture that the link holds back though its score is good', () => {
    const seen = pictureQuality(quality(), 'p1', slot('link carries 2000 kbit/s'));
    expect(seen).toMatchObject({ level: 'fair', side: 'yours' });
  });

  it('is ours when nothing is sent', () => {
    expect(pictureQuality(quality(), 'p1', slot('', true))).toMatchObject({
      level: 'poor',
      side: 'yours',
      paused: true,
    });
  });

  it('is nobody’s when we wished for no more', () => {
    for (const reason of ['data saver', 'tile is small', 'audio only']) {
      expect(pictureQuality(quality(), 'p1', slot(reason)).side).toBe('none');
    }
  });
});

describe('our own connection', () => {
  const joined = {
    ...idleState(),
    camera: { on: true, busy: false },
    connection: { up: 'connected', down: 'connected' },
  } as const;

  it('is not known before the server has said something', () => {
    expect(ownQuality(joined)).toBeUndefined();
  });

  it.each([
    [90, 90, 'good', 'none'],
    [30, 90, 'poor', 'up'],
    [90, 60, 'fair', 'down'],
  ])('up %d, down %d is %s, the worse way: %s', (up, down, level, worse) => {
    expect(ownQuality({ ...joined, quality: quality({ up, down }) })).toEqual({ level, worse });
  });

  it('does not judge a way that nothing goes', () => {
    const quiet = { ...joined, camera: { on: false, busy: false }, quality: quality({ up: 0 }) };
    expect(ownQuality(quiet)?.level).toBe('good');
  });
});
