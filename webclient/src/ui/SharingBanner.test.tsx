// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { draw } from './draw';
import { SharingBanner } from './SharingBanner';

afterEach(cleanup);

it.each([
  ['monitor', true, 'You are sharing your screen, with sound'],
  ['monitor', false, 'You are sharing your screen, without sound'],
  ['window', true, 'You are sharing a window, with sound'],
  ['window', false, 'You are sharing a window, without sound'],
  ['browser', true, 'You are sharing a tab, with sound'],
  ['browser', false, 'You are sharing a tab, without sound'],
] as const)('says in words what others get of a %s, with sound: %s', (surface, hasAudio, words) => {
  draw(
    <SharingBanner
      screen={{ surface, hasAudio, preset: 'text' }}
      onPreset={() => {}}
      onStop={() => {}}
    />,
  );
  expect(screen.getByRole('status').textContent).toContain(words);
  expect(screen.getByRole('button', { name: 'How it is sent: Sharp text' })).toBeTruthy();
});
