import type { CallDeps } from './deps';
import type { ScreenState, SharePreset } from './state';

// Letters change seldom, and each picture less leaves more for the others.
const framesPerSecond: Record<SharePreset, number> = { text: 15, motion: 30 };

export interface ShareEvents {
  changed(state: ScreenState): void;
  live(picture: MediaStreamTrack, sound: MediaStreamTrack | null): Promise<void>;
  off(): Promise<void>;
}

/** Our screen share: a publication beside the camera, with sound where the browser gives it. */
export class Share {
  state: ScreenState = {
    on: false,
    busy: false,
    hasAudio: false,
    surface: 'monitor',
    preset: 'text',
  };
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
    this.become({ ...this.state, on: false, busy: true, hasAudio: false });
    try {
      const stream = await this.deps.mediaDevices.getDisplayMedia(wanted(this.state.preset));
      this.hold(stream);
      if (this.released) return this.release();
      await this.events.live(this.picture!, this.sound);
      // It may have ended while the server was asked.
      if (this.picture === null) return;
      this.become({ ...this.state, on: true, busy: false, hasAudio: this.sound !== null });
    } catch {
      this.drop();
      this.become({ ...this.state, on: false, busy: false, hasAudio: false });
    }
  }

  /** Holds at once, and for the shares after this one. */
  async prefer(preset: SharePreset): Promise<void> {
    this.become({ ...this.state, preset });
    const { picture } = this;
    if (picture === null) return;
    picture.contentHint = preset === 'text' ? 'text' : 'motion';
    await picture.applyConstraints({ frameRate: { max: framesPerSecond[preset] } });
  }

  async stop(): Promise<void> {
    if (this.picture === null) return;
    this.drop();
    this.become({ ...this.state, on: false, busy: true, hasAudio: false });
    try {
      await this.events.off();
    } finally {
      this.become({ ...this.state, on: false, busy: false, hasAudio: false });
    }
  }

  release(): void {
    this.released = true;
    this.drop();
    this.become({ ...this.state, on: false, busy: false, hasAudio: false });
  }

  private hold(stream: MediaStream): void {
    const [picture] = stream.getVideoTracks();
    if (picture === undefined) throw new Error('the browser gave no picture');
    this.picture = picture;
    picture.contentHint = this.state.preset === 'text' ? 'text' : 'motion';
    this.sound = stream.getAudioTracks()[0] ?? null;
    this.state = { ...this.state, surface: surfaceOf(picture) };
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

function wanted(preset: SharePreset): DisplayMediaStreamOptions {
  // A browser leaves out what it does not know.
  return {
    video: { frameRate: { max: framesPerSecond[preset] } },
    audio: true,
    systemAudio: 'include',
    surfaceSwitching: 'include',
    selfBrowserSurface: 'exclude',
  } as DisplayMediaStreamOptions;
}

function surfaceOf(picture: MediaStreamTrack): ScreenState['surface'] {
  const { displaySurface } = picture.getSettings();
  return displaySurface === 'browser' || displaySurface === 'window' ? displaySurface : 'monitor';
}
