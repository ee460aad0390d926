/** A MediaStreamTrack as far as the engine looks at one. */
export class FakeTrack {
  readonly kind: 'audio' | 'video';
  readonly id: string;
  readonly settings: MediaTrackSettings;
  enabled = true;
  contentHint = '';
  constraints: MediaTrackConstraints = {};
  readyState: 'live' | 'ended' = 'live';
  onended: (() => void) | null = null;

  constructor(kind: 'audio' | 'video', id: string, settings: MediaTrackSettings = {}) {
    this.kind = kind;
    this.id = id;
    this.settings = settings;
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  async applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    this.constraints = constraints;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** What happens when a device is unplugged, or sharing is stopped in the browser's own bar. */
  end(): void {
    this.readyState = 'ended';
    this.onended?.();
  }

  asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(tracks: FakeTrack[]) {
    this.tracks = tracks;
  }

  getTracks(): FakeTrack[] {
    return this.tracks;
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'audio');
  }

  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'video');
  }
}

/** Devices that are there, busy, forbidden or missing, as the test says. */
export class FakeDevices {
  opened: FakeTrack[] = [];
  asked: MediaStreamConstraints[] = [];
  /** Name of the DOMException to refuse with. */
  refusal: string | undefined;
  displayHasSound = true;
  cameraSize = { width: 1280, height: 720 };

  async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    this.refuse();
    const kind = constraints.audio ? 'audio' : 'video';
    return this.stream([this.track(kind, kind === 'video' ? this.cameraSize : {})]);
  }

  async getDisplayMedia(): Promise<MediaStream> {
    this.refuse();
    const tracks = [this.track('video', { width: 1920, height: 1080, displaySurface: 'window' })];
    if (this.displayHasSound) tracks.push(this.track('audio', {}));
    return this.stream(tracks);
  }

  track(kind: 'audio' | 'video', settings: MediaTrackSettings = {}): FakeTrack {
    const track = new FakeTrack(kind, `${kind}-${this.opened.length}`, settings);
    this.opened.push(track);
    return track;
  }

  live(): FakeTrack[] {
    return this.opened.filter(({ readyState }) => readyState === 'live');
  }

  private refuse(): void {
    if (this.refusal) throw Object.assign(new Error('refused'), { name: this.refusal });
  }

  private stream(tracks: FakeTrack[]): MediaStream {
    return new FakeStream(tracks) as unknown as MediaStream;
  }
}
