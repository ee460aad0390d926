import { useCallback, useEffect, useRef, useState } from 'react';
import type { DeviceProblem } from '../call';
import { kept, keep } from './kept';

export type PreviewKind = 'camera' | 'microphone';

/** `system`: not the browser but what is under it says no; `dismissed`: the question was closed without an answer. */
export type PreviewProblem = DeviceProblem | 'system' | 'dismissed';

/** One device before the meeting. */
export type PreviewDevice =
  | { phase: 'asking' }
  | { phase: 'on'; track: MediaStreamTrack }
  | { phase: 'off' }
  | { phase: 'trouble'; problem: PreviewProblem };

export interface Preview {
  camera: PreviewDevice;
  microphone: PreviewDevice;
  turn(kind: PreviewKind, on: boolean): void;
  choose(kind: PreviewKind, deviceId: string): void;
  /** Hands the tracks over: from now on they are not stopped here. */
  take(): { camera: MediaStreamTrack | null; microphone: MediaStreamTrack | null };
  /** Asks the browser again, for what is in trouble. */
  retry(): void;
}

const kinds: PreviewKind[] = ['microphone', 'camera'];

/** Camera and microphone as they are shown at the door. */
export function usePreview(): Preview {
  const [devices, setDevices] = useState<Record<PreviewKind, PreviewDevice>>(() => ({
    camera: first('camera'),
    microphone: first('microphone'),
  }));
  const held = useRef<Partial<Record<PreviewKind, MediaStreamTrack>>>({});
  // A later wish for the same device makes an earlier answer void.
  const turns = useRef<Record<PreviewKind, number>>({ camera: 0, microphone: 0 });

  const drop = useCallback((kind: PreviewKind) => {
    turns.current[kind]++;
    held.current[kind]?.stop();
    delete held.current[kind];
  }, []);

  const start = useCallback(
    (wanted: PreviewKind[]) => {
      for (const kind of wanted) drop(kind);
      const turn = { ...turns.current };
      void openAll(wanted, (kind, device) => {
        if (turns.current[kind] !== turn[kind]) {
          if (device.phase === 'on') device.track.stop();
          return;
        }
        if (device.phase === 'on') {
          held.current[kind] = device.track;
          device.track.addEventListener('ended', () => {
            if (held.current[kind] === device.track) {
              setDevices((before) => ({
                ...before,
                [kind]: { phase: 'trouble', problem: 'missing' },
              }));
            }
          });
        }
        setDevices((before) => ({ ...before, [kind]: device }));
      });
    },
    [drop],
  );

  useEffect(() => {
    start(kinds.filter((kind) => first(kind).phase === 'asking'));
    return () => kinds.forEach(drop);
  }, [start, drop]);

  const turn = useCallback(
    (kind: PreviewKind, on: boolean) => {
      keep(`${kind}.off`, on ? null : '1');
      drop(kind);
      setDevices((before) => ({ ...before, [kind]: { phase: on ? 'asking' : 'off' } }));
      if (on) start([kind]);
    },
    [drop, start],
  );

  const choose = useCallback(
    (kind: PreviewKind, deviceId: string) => {
      keep(`${kind}.device`, deviceId);
      turn(kind, true);
    },
    [turn],
  );

  const take = useCallback(() => {
    const taken = {
      camera: held.current.camera ?? null,
      microphone: held.current.microphone ?? null,
    };
    held.current = {};
    return taken;
  }, []);

  const retry = useCallback(() => {
    const broken = kinds.filter((kind) => devices[kind].phase === 'trouble');
    setDevices((before) => {
      const next = { ...before };
      for (const kind of broken) next[kind] = { phase: 'asking' };
      return next;
    });
    start(broken);
  }, [devices, start]);

  // What was missing may be plugged in, what was refused may be allowed: the picture then starts by itself.
  const broken = kinds.some((kind) => devices[kind].phase === 'trouble');
  useEffect(() => (broken ? whenBetter(retry) : undefined), [broken, retry]);

  return { camera: devices.camera, microphone: devices.microphone, turn, choose, take, retry };
}

function first(kind: PreviewKind): PreviewDevice {
  return kept(`${kind}.off`) === null ? { phase: 'asking' } : { phase: 'off' };
}

// Both in one request, so that the browser asks once; each alone, if one of them spoils it for the other.
async function openAll(
  wanted: PreviewKind[],
  done: (kind: PreviewKind, device: PreviewDevice) => void,
): Promise<void> {
  if (wanted.length === 2) {
    try {
      const stream = await open(wanted);
      done('camera', fromTrack(stream.getVideoTracks()[0]));
      done('microphone', fromTrack(stream.getAudioTracks()[0]));
      return;
    } catch (error) {
      // Asked apart, a browser that refused would show its question twice more.
      const problem = problemOf(error);
      if (isNo(problem) && (await nobodyAllows())) {
        for (const kind of wanted) done(kind, { phase: 'trouble', problem });
        return;
      }
    }
  }
  for (const kind of wanted) done(kind, await openOne(kind));
}

function isNo(problem: PreviewProblem): boolean {
  return problem === 'denied' || problem === 'dismissed' || problem === 'system';
}

function whenBetter(f: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  navigator.mediaDevices?.addEventListener('devicechange', f, { signal });
  for (const name of ['camera', 'microphone'] as PermissionName[]) {
    navigator.permissions
      ?.query({ name })
      .then((status) => {
        const check = () => status.state === 'granted' && f();
        if (!signal.aborted) status.addEventListener('change', check, { signal });
      })
      // Firefox does not know these names.
      .catch(() => {});
  }
  return () => stop.abort();
}

async function nobodyAllows(): Promise<boolean> {
  try {
    const names = ['camera', 'microphone'] as PermissionName[];
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return states.every((each) => each.state !== 'granted');
  } catch {
    return false;
  }
}

async function openOne(kind: PreviewKind): Promise<PreviewDevice> {
  try {
    const stream = await open([kind]);
    return fromTrack(stream.getTracks()[0]);
  } catch (error) {
    return { phase: 'trouble', problem: problemOf(error) };
  }
}

/** The devices that were chosen once; where one of them is unplugged, those that the browser would take. */
async function open(wanted: PreviewKind[]): Promise<MediaStream> {
  try {
    return await request(wanted);
  } catch (error) {
    const chosen = wanted.some((kind) => kept(`${kind}.device`) !== null);
    if (problemOf(error) !== 'missing' || !chosen) throw error;
    return request(wanted, false);
  }
}

function fromTrack(track: MediaStreamTrack | undefined): PreviewDevice {
  return track ? { phase: 'on', track } : { phase: 'trouble', problem: 'missing' };
}

function request(wanted: PreviewKind[], chosen = true): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) {
    return Promise.reject(new DOMException('no mediaDevices', 'SecurityError'));
  }
  const wish = (kind: PreviewKind) => (chosen ? chosenBefore(kind) : {});
  return navigator.mediaDevices.getUserMedia({
    ...(wanted.includes('camera') && {
      video: { ...wish('camera'), width: { ideal: 1280 }, height: { ideal: 720 } },
    }),
    ...(wanted.includes('microphone') && {
      audio: {
        ...wish('microphone'),
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    }),
  });
}

// Exact: what is only ideal, browsers take for one wish of many, and stay with the default device.
function chosenBefore(kind: PreviewKind): MediaTrackConstraints {
  const id = kept(`${kind}.device`);
  return id === null ? {} : { deviceId: { exact: id } };
}

export function problemOf(error: unknown): PreviewProblem {
  // Not every browser's OverconstrainedError is an Error.
  const { name, message = '' } = (error ?? {}) as { name?: string; message?: string };
  switch (name) {
    case 'NotAllowedError':
      // Chromium alone tells them apart, in English whatever its language.
      if (/by system/i.test(message)) return 'system';
      return /dismissed/i.test(message) ? 'dismissed' : 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    case 'SecurityError':
      return 'insecure';
    default:
      return 'failed';
  }
}
