import type { MeetingJoined, Source, UpSource, WebRTCOffer } from '../protocol/messages';
import type { CallDeps } from './deps';
import type { Wanted } from './encodings';
import { Input } from './input';
import { OwnPictures } from './own';
import { defaultPreferences } from './preferences';
import type { SendPreferences } from './preferences';
import { isMuted } from './roster';
import type { Session } from './session';
import { Share } from './share';
import { RequestError } from './socket';
import type { CallState } from './state';
import { Upstream } from './upstream';

export interface PublishingEvents {
  state(): CallState;
  update(change: Partial<CallState>): void;
  session(): Session | undefined;
  /** Sends the offer, resolves to the answer's SDP; current says whether its connection is still in use. */
  offer(data: WebRTCOffer, current: () => boolean): Promise<string>;
}

/** All that we send: microphone, camera and screen, over a connection that is replaced now and then. */
export class Publishing {
  readonly microphone: Input;
  readonly camera: Input;
  readonly share: Share;
  private readonly deps: CallDeps;
  private readonly events: PublishingEvents;
  private readonly own: OwnPictures;
  private preferences: SendPreferences = defaultPreferences;
  private up: Upstream | undefined;

  constructor(deps: CallDeps, events: PublishingEvents) {
    this.deps = deps;
    this.events = events;
    this.microphone = new Input('audio', deps, {
      changed: (microphone) => events.update({ microphone }),
      live: (track) => this.publish('microphone', track),
      off: () => this.mute('microphone'),
    });
    this.camera = new Input('video', deps, {
      changed: (camera) => events.update({ camera }),
      live: (track) => this.publish('camera', track),
      off: () => this.mute('camera'),
    });
    this.share = new Share(deps, {
      changed: (screen) => events.update({ screen }),
      live: (picture, sound) => this.publishScreen(picture, sound),
      off: () => this.endScreen(),
    });
    this.own = new OwnPictures(deps);
  }

  /** Takes effect at once if we send already, at the price of a new connection. */
  prefer(preferences: Partial<SendPreferences>): void {
    this.preferences = { ...this.preferences, ...preferences };
    if (this.up && this.events.session()?.joined) this.renew();
  }

  /** What the room has muted since we last heard from it stays so. `before` is what we knew then. */
  heed(snapshot: MeetingJoined, before: CallState): void {
    const { self, participants } = snapshot;
    for (const source of ['microphone', 'camera'] as const) {
      const known = isMuted(before.participants, self, source);
      if (!known && isMuted(participants, self, source) && this[source].state.on) {
        this[source].silence();
      }
    }
  }

  /** Turns on again what was on before the page was loaded anew, but for what the room has muted since. */
  async restore(on: Record<'microphone' | 'camera', boolean>): Promise<void> {
    const { self = '', participants } = this.events.state();
    const wanted = (['camera', 'microphone'] as const).filter(
      (source) => on[source] && !isMuted(participants, self, source),
    );
    await Promise.all(wanted.map((source) => this[source].set(true)));
  }

  /** Sends all that is on over a new connection: what the server knew of the old one is gone. */
  renew(): void {
    this.up?.close();
    this.up = this.upstream();
    this.publishAll();
  }

  /** What the server wants of a source. */
  want(source: Source, wanted: Wanted): void {
    void this.up?.want(source, wanted).catch(() => {});
  }

  /** Our own picture, to look at. */
  picture(source: 'camera' | 'screen'): MediaStream | null {
    return this.own.of(source === 'camera' ? this.camera.track : this.share.picture);
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return this.up?.stats();
  }

  sourceOf(mid: string): Source | undefined {
    return this.up?.sourceOf(mid);
  }

  /** The session is lost. */
  rest(): void {
    this.up?.rest();
  }

  /** The session is back, on the same connection. */
  wake(): void {
    this.up?.wake();
  }

  /** What did not reach the server while we were away is said again, once we know what hosts did meanwhile. */
  resume(): void {
    this.publishAll();
    for (const source of this.up?.silent() ?? []) this.tell(source, false);
  }

  /** Out of the room, with the devices as they are. */
  leave(): void {
    this.up?.close();
    this.up = undefined;
  }

  /** Lets go of every device and of the connection. */
  close(): void {
    this.microphone.release();
    this.camera.release();
    this.share.release();
    this.up?.close();
    this.up = undefined;
  }

  private upstream(): Upstream {
    const servers = this.events.session()?.iceServers ?? [];
    const up: Upstream = new Upstream(this.deps, servers, this.preferences, {
      offer: (sdp: string, sources: UpSource[]) =>
        this.events.offer({ pc: 'up', sdp, sources }, () => this.up === up),
      stateChanged: (state) =>
        this.events.update({ connection: { ...this.events.state().connection, up: state } }),
      answered: () => {
        for (const source of up.silent()) this.tell(source, false);
      },
    });
    return up;
  }

  /** All in one go, so that one offer carries them. */
  private publishAll(): void {
    const ignore = () => {};
    const { microphone, camera, share } = this;
    for (const [source, input] of [
      ['microphone', microphone],
      ['camera', camera],
    ] as const) {
      if (input.state.on && input.wanted && input.track) {
        this.publish(source, input.track).catch(ignore);
      }
    }
    if (share.picture) this.publishScreen(share.picture, share.sound).catch(ignore);
  }

  // Without a room there is nobody to send to: joining publishes what is on by then.
  private async publish(source: Source, track: MediaStreamTrack): Promise<void> {
    const { up } = this;
    if (!this.events.session()?.joined || !up) return;
    try {
      await up.send(source, track);
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 'closed') throw error;
      // If we are back already, those who came back did not know of this track.
      if (up !== this.up) await this.publish(source, track);
      return;
    }
    // A host may have muted it while the server answered.
    if (this.wants(source)) this.tell(source, true);
  }

  private wants(source: Source): boolean {
    if (source === 'microphone' || source === 'camera') return this[source].wanted;
    return this.share.picture !== null;
  }

  private async publishScreen(
    picture: MediaStreamTrack,
    sound: MediaStreamTrack | null,
  ): Promise<void> {
    await Promise.all([
      this.publish('screen', picture),
      sound && this.publish('screen-audio', sound),
    ]);
  }

  private async mute(source: Source): Promise<void> {
    this.tell(source, false);
    await this.up?.stop(source);
  }

  private async endScreen(): Promise<void> {
    await Promise.all([this.mute('screen'), this.mute('screen-audio')]);
  }

  /** Says whether a source is live; the server stops forwarding on its own account too. */
  private tell(source: Source, live: boolean): void {
    const session = this.events.session();
    if (source === 'microphone') session?.send('participant:toggle-audio', { muted: !live });
    else if (source === 'camera') session?.send('participant:toggle-video', { muted: !live });
    else session?.send('publication:set', { source, live });
  }
}
