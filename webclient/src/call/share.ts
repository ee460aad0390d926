import type { CallDeps } from './deps';
import type { ScreenState } from './state';

export interface ShareEvents {
  changed(state: ScreenState): void;
  live(picture: MediaStreamTrack, sound: MediaStreamTrack | null): Promise<void>;
  off(): Promise<void>;
}

/** Our screen share: a publication beside the camera, with sound where the browser gives it. */
export class Share {
  state: ScreenState = { on: false, busy: false, hasAudio: false };
  picture: MediaStreamTrack | null = null;
  sound: MediaStreamTrack | null = null;
  private readonly deps: CallDeps;
  private readonly events: ShareEvents;
  private released = false;

  constructor(deps: CallDeps, events: ShareEvents) {
    this.deps = deps;
    this.events = events;
  }

  /** Asks which screen; a person who changes their mind leaves everything as it was. */
  async start(): Promise<void> {
    if (this.state.on || this.state.busy || !this.deps.mediaDevices?.getDisplayMedia) return;
    this.become({ on: false, busy: true, hasAudio: false });
    try {
      const stream = await this.deps.mediaDevices.getDisplayMedia({ video: true, audio: true });
      this.hold(stream);
      if (this.released) return this.release();
      await this.events.live(this.picture!, this.sound);
      // It may have ended while the server was asked.
      if (this.picture === null) return;
      this.become({ on: true, busy: false, hasAudio: this.sound !== null });
    } catch {
      this.drop();
      this.become({ on: false, busy: false, hasAudio: false });
    }
  }

  async stop(): Promise<void> {
    if (this.picture === null) return;
    this.drop();
    this.become({ on: false, busy: true, hasAudio: false });
    try {
      await this.events.off();
    } finally {
      this.become({ on: false, busy: false, hasAudio: false });
    }
  }

  release(): void {
    this.released = true;
    this.drop();
    this.become({ on: false, busy: false, hasAudio: false });
  }

  private hold(stream: MediaStream): void {
    const [picture] = stream.getVideoTracks();
    if (picture === undefined) throw new Error('the browser gave no picture');
    this.picture = picture;
    this.sound = stream.getAudioTracks()[0] ?? null;
    picture.onended = () => {
      this.stop().catch(() => {});
    };
  }

  private drop(): void {
    if (this.picture) this.picture.onended = null;
    this.picture?.stop();
    this.sound?.stop();
    this.picture = null;
    this.sound = null;
  }

  private become(state: ScreenState): void {
    this.state = state;
    this.events.changed(state);
  }
}
