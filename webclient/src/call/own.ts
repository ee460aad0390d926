import type { CallDeps } from './deps';

/** Streams of our own camera and screen to look at: one for each track, the same each time. */
export class OwnPictures {
  private readonly deps: Pick<CallDeps, 'mediaStream'>;
  private readonly streams = new Map<MediaStreamTrack, MediaStream>();

  constructor(deps: Pick<CallDeps, 'mediaStream'>) {
    this.deps = deps;
  }

  of(track: MediaStreamTrack | null): MediaStream | null {
    if (track === null || track.readyState === 'ended') return null;
    const known = this.streams.get(track);
    if (known) return known;
    for (const old of this.streams.keys()) {
      if (old.readyState === 'ended') this.streams.delete(old);
    }
    const stream = this.deps.mediaStream([track]);
    this.streams.set(track, stream);
    return stream;
  }
}
