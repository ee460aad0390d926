// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Tooltip } from 'radix-ui';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../api';
import type { Meeting } from '../api';
import { startI18n } from '../i18n';
import { ApiProvider } from '../state/session';
import { Door } from './Door';

const meeting: Meeting = {
  code: 'abcde-fghjk',
  title: 'Monday',
  hostName: 'Ada',
  live: false,
  guestsAllowed: true,
  lobby: false,
};

// The picture itself is of no interest, and this DOM has no streams.
vi.mock('../ui/Video', () => ({ Video: () => null }));

let answer: (stream: MediaStream) => void = () => {};
let refuse: (error: unknown) => void = () => {};

beforeEach(() => {
  startI18n();
  localStorage.setItem('plenum.guest.name', 'Visitor');
  const devices = Object.assign(new EventTarget(), {
    enumerateDevices: () => Promise.resolve([]),
    getUserMedia: vi.fn(
      () =>
        new Promise<MediaStream>((resolve, reject) => {
          answer = resolve;
          refuse = reject;
        }),
    ),
  });
  const permissions = {
    query: async () => Object.assign(new EventTarget(), { state: 'denied' }),
  };
  const languages = ['en'];
  vi.stubGlobal('navigator', { mediaDevices: devices, permissions, languages, userAgent: 'test' });
  vi.stubGlobal('AudioContext', class extends SilentContext {});
  vi.stubGlobal('MediaStream', class {});
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  localStorage.clear();
});

/** Enough of an AudioContext for a level meter that hears nothing. */
class SilentContext {
  createAnalyser = () => ({ fftSize: 1024, getFloatTimeDomainData: () => {} });
  createMediaStreamSource = () => ({ connect: () => {} });
  resume = () => Promise.resolve();
  close = () => Promise.resolve();
}

function track(kind: string): MediaStreamTrack {
  return Object.assign(new EventTarget(), {
    kind,
    stop: vi.fn(),
    getSettings: () => ({}),
  }) as unknown as MediaStreamTrack;
}

const camera = track('video');
const microphone = track('audio');
const both = {
  getTracks: () => [microphone, camera],
  getVideoTracks: () => [camera],
  getAudioTracks: () => [microphone],
} as unknown as MediaStream;

function open(change: Partial<Meeting> = {}) {
  const onJoin = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ApiProvider api={new ApiClient()}>
        <Tooltip.Provider>
          <MemoryRouter>
            <Door
              meeting={{ ...meeting, ...change }}
              joining={false}
              problem={undefined}
              onJoin={onJoin}
            />
          </MemoryRouter>
        </Tooltip.Provider>
      </ApiProvider>
    </QueryClientProvider>,
  );
  return onJoin;
}

const press = (name: RegExp | string) => userEvent.click(screen.getByRole('button', { name }));

describe('Join, pressed while the browser still asks', () => {
  it('waits, and goes in with the devices once they are there', async () => {
    const onJoin = open();
    await press('Join now');
    expect(onJoin).not.toHaveBeenCalled();
    expect(screen.getByText(/Answer its question/)).toBeTruthy();
    await act(async () => answer(both));
    expect(onJoin).toHaveBeenCalledOnce();
    expect(onJoin).toHaveBeenCalledWith({ guestName: 'Visitor', camera, microphone });
  });

  it('does not go in without them when the answer is no', async () => {
    const onJoin = open();
    await press('Join now');
    await act(async () => refuse(new DOMException('', 'NotAllowedError')));
    expect(onJoin).not.toHaveBeenCalled();
    expect(screen.getByText('Your browser blocks camera and microphone')).toBeTruthy();
    await press('Join without camera and microphone');
    expect(onJoin).toHaveBeenCalledWith({ guestName: 'Visitor', camera: null, microphone: null });
  });

  it('lets one go in without, at once, by a button of its own', async () => {
    const onJoin = open();
    await press('Join now');
    await press('Join without camera and microphone');
    expect(onJoin).toHaveBeenCalledOnce();
  });
});

it('says that one will wait, where there is a waiting room', () => {
  open({ lobby: true });
  expect(screen.getByText(/A host lets you in/)).toBeTruthy();
});

it('asks a guest for a name first', async () => {
  localStorage.removeItem('plenum.guest.name');
  const onJoin = open();
  await act(async () => answer(both));
  await press('Join now');
  expect(onJoin).not.toHaveBeenCalled();
  expect(screen.getByText('Enter the name that others will see.')).toBeTruthy();
});
