// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { usePreview } from './preview';

type Ask = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

class Track extends EventTarget {
  stopped = false;
  readonly kind: 'audio' | 'video';
  constructor(kind: 'audio' | 'video') {
    super();
    this.kind = kind;
  }
  stop(): void {
    this.stopped = true;
  }
}

let made: Track[] = [];

function give(constraints: MediaStreamConstraints): MediaStream {
  const tracks = [
    ...(constraints.audio ? [new Track('audio')] : []),
    ...(constraints.video ? [new Track('video')] : []),
  ];
  made.push(...tracks);
  const of = (kind: string) => tracks.filter((each) => each.kind === kind);
  return {
    getTracks: () => tracks,
    getAudioTracks: () => of('audio'),
    getVideoTracks: () => of('video'),
  } as unknown as MediaStream;
}

function refuse(name: string, message = ''): never {
  throw new DOMException(message, name);
}

let devices: EventTarget & { getUserMedia: ReturnType<typeof vi.fn<Ask>> };

function browser(ask: Ask | undefined): void {
  if (ask === undefined) {
    vi.stubGlobal('navigator', { ...navigator, mediaDevices: undefined });
    return;
  }
  devices = Object.assign(new EventTarget(), { getUserMedia: vi.fn(ask) });
  vi.stubGlobal('navigator', { mediaDevices: devices });
}

beforeEach(() => {
  made = [];
  localStorage.clear();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function preview() {
  const hook = renderHook(() => usePreview());
  await waitFor(() => {
    expect(hook.result.current.camera.phase).not.toBe('asking');
    expect(hook.result.current.microphone.phase).not.toBe('asking');
  });
  return hook;
}

describe('the preview', () => {
  it('asks once for both', async () => {
    browser(async (constraints) => give(constraints));
    const { result } = await preview();
    expect(result.current.camera.phase).toBe('on');
    expect(result.current.microphone.phase).toBe('on');
    expect(devices.getUserMedia).toHaveBeenCalledOnce();
  });

  it('starts the microphone when there is no camera', async () => {
    browser(async (constraints) =>
      constraints.video ? refuse('NotFoundError') : give(constraints),
    );
    const { result } = await preview();
    expect(result.current.microphone.phase).toBe('on');
    expect(result.current.camera).toEqual({ phase: 'trouble', problem: 'missing' });
  });

  it.each([
    ['NotAllowedError', '', 'denied'],
    ['NotAllowedError', 'Permission denied', 'denied'],
    ['NotAllowedError', 'Permission denied by system', 'system'],
    ['NotAllowedError', 'Permission dismissed', 'dismissed'],
    ['NotFoundError', '', 'missing'],
    ['NotReadableError', '', 'in-use'],
    ['TypeError', '', 'failed'],
  ])('names the cause of %s, %s', async (name, message, problem) => {
    browser(async () => refuse(name, message));
    const { result } = await preview();
    expect(result.current.camera).toEqual({ phase: 'trouble', problem });
    expect(result.current.microphone).toEqual({ phase: 'trouble', problem });
  });

  it('says so where the browser offers no devices at all', async () => {
    browser(undefined);
    const { result } = await preview();
    expect(result.current.camera).toEqual({ phase: 'trouble', problem: 'insecure' });
  });

  it('lets go of a camera that is turned off, and remembers it', async () => {
    browser(async (constraints) => give(constraints));
    const { result, unmount } = await preview();
    act(() => result.current.turn('camera', false));
    expect(result.current.camera.phase).toBe('off');
    expect(made.find((each) => each.kind === 'video')?.stopped).toBe(true);
    expect(made.find((each) => each.kind === 'audio')?.stopped).toBe(false);
    unmount();
    const again = await preview();
    expect(again.result.current.camera.phase).toBe('off');
    expect(devices.getUserMedia).toHaveBeenLastCalledWith(
      expect.not.objectContaining({ video: expect.anything() as unknown }),
    );
  });

  it('stops a camera that comes after it was turned off again', async () => {
    localStorage.setItem('plenum.microphone.off', '1');
    let answer: (stream: MediaStream) => void = () => {};
    browser(() => new Promise((resolve) => (answer = resolve)));
    const { result } = renderHook(() => usePreview());
    act(() => result.current.turn('camera', false));
    await act(async () => answer(give({ video: true })));
    expect(made[0]?.stopped).toBe(true);
    expect(result.current.camera.phase).toBe('off');
  });

  it('hands its tracks over alive, and stops those that nobody took', async () => {
    browser(async (constraints) => give(constraints));
    const first = await preview();
    const taken = first.result.current.take();
    first.unmount();
    expect(taken.camera).toBe(made[1]);
    expect(taken.microphone).toBe(made[0]);
    expect(made.some((each) => each.stopped)).toBe(false);
    const second = await preview();
    second.unmount();
    expect(made.slice(2).every((each) => each.stopped)).toBe(true);
  });

  it('opens the device that was chosen, and another one when that is unplugged', async () => {
    const asked = () =>
      devices.getUserMedia.mock.calls.map(
        ([{ audio }]) => (audio as MediaTrackConstraints).deviceId,
      );
    const there = ['headset'];
    browser(async (constraints) => {
      const { deviceId } = constraints.audio as { deviceId?: { exact: string } };
      const gone = deviceId !== undefined && !there.includes(deviceId.exact);
      return gone ? refuse('OverconstrainedError') : give(constraints);
    });
    const { result, unmount } = await preview();
    act(() => result.current.choose('microphone', 'headset'));
    await waitFor(() => expect(result.current.microphone.phase).toBe('on'));
    expect(asked()).toEqual([undefined, { exact: 'headset' }]);
    unmount();
    there.pop();
    const again = await preview();
    expect(again.result.current.microphone.phase).toBe('on');
    expect(again.result.current.camera.phase).toBe('on');
    expect(asked().slice(2)).toEqual([{ exact: 'headset' }, undefined]);
  });

  it('starts by itself when a camera is plugged in', async () => {
    let plugged = false;
    browser(async (constraints) =>
      constraints.video && !plugged ? refuse('NotFoundError') : give(constraints),
    );
    const { result } = await preview();
    expect(result.current.camera.phase).toBe('trouble');
    plugged = true;
    act(() => void devices.dispatchEvent(new Event('devicechange')));
    await waitFor(() => expect(result.current.camera.phase).toBe('on'));
  });

  it('says when a device is pulled out', async () => {
    browser(async (constraints) => give(constraints));
    const { result } = await preview();
    act(() => void made.find((each) => each.kind === 'video')?.dispatchEvent(new Event('ended')));
    expect(result.current.camera).toEqual({ phase: 'trouble', problem: 'missing' });
  });
});
