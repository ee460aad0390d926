import type { CallDeps } from './deps';
import type { DeviceProblem, DeviceState } from './state';

export interface InputEvents {
  changed(state: DeviceState): void;
  /** Sends the track to the others from now on. */
  live(track: MediaStreamTrack): Promise<void>;
  /** Sends nothing more. */
  off(): Promise<void>;
}

/**
 * Our microphone or our camera. Changes are serialised, and the last wish wins. A muted microphone keeps
 * its device, since speaking again should not take a second; a camera that is off lets go of it.
 */
export class Input {
  state: DeviceState = { on: false, busy: false };
  track: MediaStreamTrack | null = null;
  private readonly kind: 'audio' | 'video';
  private readonly deps: CallDeps;
  private readonly events: InputEvents;
  /** What was asked of it last. */
  wanted = false;
  private deviceId: string | undefined;
  private otherDevice = false;
  private running: Promise<void> | undefined;

  constructor(kind: 'audio' | 'video', deps: CallDeps, events: InputEvents) {
    this.kind = kind;
    this.deps = deps;
    this.events = events;
  }

  /** Takes over a track that somebody else has opened. */
  adopt(track: MediaStreamTrack | null): void {
    if (track === null || track.readyState === 'ended') return;
    this.deviceId = track.getSettings().deviceId;
    this.hold(track);
    this.wanted = true;
    this.become({ on: true, busy: false });
  }

  set(on: boolean): Promise<void> {
    this.wanted = on;
    return this.settle();
  }

  /** The room has it off already. Off at once, so that what is sent next leaves it out. */
  silence(): void {
    this.wanted = false;
    if (this.track) this.track.enabled = false;
    if (this.kind === 'video') this.drop();
    this.become({ ...this.state, on: false });
  }

  /** Another device from now on; it is opened at once if we are on. */
  use(deviceId: string): Promise<void> {
    this.deviceId = deviceId;
    this.otherDevice = true;
    return this.settle();
  }

  /** Off for good; a device that is still being opened is let go of as well. */
  release(): void {
    this.wanted = false;
    this.drop();
    this.become({ on: false, busy: false });
  }

  private settle(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    while (this.wanted !== this.state.on || this.otherDevice) {
      this.become({ ...this.state, busy: true });
      try {
        if (this.wanted) await this.turnOn();
        else await this.turnOff();
      } catch (error) {
        await this.giveUp(error);
      }
    }
    if (this.state.busy) this.become({ ...this.state, busy: false });
  }

  private async turnOn(): Promise<void> {
    const changing = this.otherDevice;
    this.otherDevice = false;
    if (changing || this.track === null || this.track.readyState === 'ended') {
      const track = await this.open();
      if (!this.wanted) {
        track.stop();
        return;
      }
      this.drop();
      this.hold(track);
    }
    const track = this.track!;
    track.enabled = true;
    await this.events.live(track);
    this.become({ on: true, busy: true });
  }

  private async turnOff(): Promise<void> {
    // Kept for the next time, unless it is the wrong device by then.
    const keep = this.kind === 'audio' && !this.otherDevice;
    this.otherDevice = false;
    if (this.track) this.track.enabled = false;
    const wasOn = this.state.on;
    if (!keep) this.drop();
    if (wasOn) await this.events.off().catch(() => {});
    this.become({ on: false, busy: true });
  }

  // A device that cannot be changed leaves us with the one we have.
  private async giveUp(error: unknown): Promise<void> {
    this.otherDevice = false;
    const alive = this.state.on && this.track !== null && this.track.readyState === 'live';
    this.wanted = alive && this.wanted;
    const silent = this.state.on && !alive;
    if (!alive) this.drop();
    if (silent) await this.events.off().catch(() => {});
    this.become({ on: alive, busy: true, problem: problemOf(error) });
  }

  private async open(): Promise<MediaStreamTrack> {
    const devices = this.deps.mediaDevices;
    if (devices === undefined) throw new NoDevices();
    const stream = await devices.getUserMedia({ [this.kind]: this.constraints() });
    const track = stream.getTracks()[0];
    if (track === undefined) throw new Error('the browser gave no track');
    return track;
  }

  private constraints(): MediaTrackConstraints {
    const device = this.deviceId ? { deviceId: { exact: this.deviceId } } : {};
    return this.kind === 'audio'
      ? { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true }
      : { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 30 } };
  }

  private hold(track: MediaStreamTrack): void {
    this.track = track;
    track.onended = () => {
      if (track !== this.track) return;
      this.deviceId = undefined;
      void this.goOn();
    };
  }

  /** The device was unplugged: whoever was heard goes on being heard through what is left. */
  private async goOn(): Promise<void> {
    const wasOn = this.wanted && this.state.on;
    this.otherDevice = true;
    await this.settle();
    if (wasOn && !this.state.on) this.become({ ...this.state, problem: 'missing' });
  }

  private drop(): void {
    if (this.track === null) return;
    this.track.onended = null;
    this.track.stop();
    this.track = null;
  }

  private become(state: DeviceState): void {
    this.state = state;
    this.events.changed(state);
  }
}

/** Pages on plain HTTP have no devices at all. */
class NoDevices extends Error {}

export function problemOf(error: unknown): DeviceProblem {
  if (error instanceof NoDevices) return 'insecure';
  switch ((error as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    default:
      return 'failed';
  }
}
