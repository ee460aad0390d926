import type {
  Emoji,
  MeetingJoined,
  MeetingWaiting,
  NoticeKind,
  ServerMessage,
  SlotQuality,
  WebRTCOffer,
} from '../protocol/messages';
import type { Moderation } from './asking';
import { acceptable } from './chat';
import type { Address } from './chat';
import { browserDeps } from './deps';
import type { CallDeps, JoinApi } from './deps';
import { after, welcomed } from './events';
import { gate } from './gate';
import type { Frames } from './lipsync';
import type { Saving, SendPreferences } from './preferences';
import { Publishing } from './publishing';
import { Receiving } from './receiving';
import { Session } from './session';
import type { Place } from './session';
import { RequestError } from './socket';
import type { DataOf, MessageType } from './socket';
import { idleState } from './state';
import type { CallError, CallState, CallStats, SharePreset, TileWish } from './state';
import { pathOf, roundTripTime, sendStats } from './stats';
import { Writing } from './writing';

const answerWithin = 15_000;
const leaveWithin = 2_000;

export interface JoinOptions {
  code: string;
  api: JoinApi;
  /** A live track from the pre-join page, which the engine then owns; null starts muted. */
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  preferences?: Partial<SendPreferences>;
  saving?: Saving;
  /** From before the page was loaded anew: comes back there, and asks for a grant only where that fails. */
  place?: Place | undefined;
  /** Learns how to come back. */
  onPlace?: (place: Place) => void;
}

/**
 * One call, from join to leave, without any view: the session with the room, the two connections, our
 * devices, and the state that a page draws.
 */
export class CallEngine {
  private readonly deps: CallDeps;
  private readonly listeners = new Set<() => void>();
  private state: CallState = idleState();
  private session: Session | undefined;
  private readonly publishing: Publishing;
  private readonly receiving: Receiving;
  private readonly writing: Writing;
  private readonly offers = { up: 0, down: 0 };
  private whenJoined = gate();

  constructor(deps: Partial<CallDeps> = {}) {
    this.deps = { ...browserDeps(), ...deps };
    const shared = {
      state: () => this.state,
      update: (change: Partial<CallState>) => this.update(change),
      session: () => this.session,
    };
    const offer = (data: WebRTCOffer, current: () => boolean) => this.offer(data, current);
    this.publishing = new Publishing(this.deps, { ...shared, offer });
    this.receiving = new Receiving(this.deps, { ...shared, offer });
    this.writing = new Writing(this.deps, { ...shared, back: () => this.whenJoined.passed });
  }

  /** Calls f after each change; returns a function that stops it. */
  subscribe = (f: () => void): (() => void) => {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  };

  /** A new object after each change. */
  getState = (): CallState => this.state;

  /** Once per engine. Resolves when joined, or when the phase says why not; never rejects. */
  async join(options: JoinOptions): Promise<void> {
    const { api, microphone, camera, preferences, saving, place, onPlace } = options;
    if (this.state.phase !== 'idle') return;
    this.update({ phase: 'connecting' });
    this.publishing.prefer(preferences ?? {});
    if (saving) this.setSaving(saving);
    this.receiving.begin();
    this.publishing.microphone.adopt(microphone);
    this.publishing.camera.adopt(camera);
    const events = {
      granted: (iceServers: RTCIceServer[]) => {
        if (!this.receiving.opened) this.receiving.open(iceServers);
      },
      waiting: (lobby: MeetingWaiting) => this.wait(lobby),
      joined: (snapshot: MeetingJoined, again: boolean) => this.joined(snapshot, again),
      resumed: () => this.resumed(),
      caughtUp: () => this.publishing.resume(),
      placed: (next: Place) => onPlace?.(next),
      lost: () => {
        this.whenJoined = gate();
        this.publishing.rest();
        this.receiving.rest();
        this.update({ phase: 'reconnecting', speaking: [], typing: [] });
      },
      message: (message: ServerMessage) => this.receive(message),
      failed: (error: CallError) => this.finish({ phase: 'failed', error }),
    };
    this.session = new Session(this.deps, api, events, place);
    if (place) this.receiving.open(place.iceServers);
    await this.session.start();
  }

  /** Out of the room at once, whether or not the server hears of it. */
  async leave(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    this.finish({ phase: 'ended', leftByChoice: true });
    await session?.request('meeting:leave', {}, leaveWithin).catch(() => {});
    session?.close();
  }

  /** Comes back at once, if it can. */
  retryNow(): void {
    this.session?.hurry();
  }

  /** Hosts only; rejects with a RequestError if the server refuses. */
  async endForAll(): Promise<void> {
    await this.session?.request('meeting:end', {});
  }

  /** Leaves without a word, and lets go of every device. */
  close(): void {
    this.finish({ phase: 'ended' });
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.publishing.microphone.set(on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.publishing.camera.set(on);
  }

  /** After a page was loaded anew, what was on before. */
  restore(on: Record<'microphone' | 'camera', boolean>): Promise<void> {
    return this.publishing.restore(on);
  }

  useMicrophone(deviceId: string): Promise<void> {
    return this.publishing.microphone.use(deviceId);
  }

  useCamera(deviceId: string): Promise<void> {
    return this.publishing.camera.use(deviceId);
  }

  shareScreen(): Promise<void> {
    return this.publishing.share.start();
  }

  stopShare(): Promise<void> {
    return this.publishing.share.stop();
  }

  /** How screens are sent, this one and the next. */
  preferShare(preset: SharePreset): Promise<void> {
    return this.publishing.share.prefer(preset);
  }

  /** `restore` takes back that the server lowered it because we spoke. */
  raiseHand(up: boolean, restore = false): void {
    this.session?.send('participant:raise-hand', { raised: up, ...(restore && { restore }) });
  }

  react(emoji: Emoji): void {
    this.session?.send('participant:react', { emoji });
  }

  /** Hosts and co-hosts only; rejects with a RequestError if the server refuses. */
  async moderate({ type, data }: Moderation): Promise<void> {
    await this.ask(type, data);
  }

  /** Rejects with a RequestError if the server refuses. */
  rename(name: string): Promise<void> {
    return this.ask('participant:rename', { name });
  }

  sendChat(text: string, address: Pick<Address, 'to' | 'replyTo'> = {}): void {
    this.writing.send(text, address);
  }

  /** This and the next two resolve when the change is stored, and reject with a RequestError if the server refuses. */
  editChat(number: number, text: string): Promise<void> {
    return this.writing.change('chat:edit', { number, text: acceptable(text) });
  }

  deleteChat(number: number): Promise<void> {
    return this.writing.change('chat:delete', { number });
  }

  reactChat(number: number, emoji: Emoji, on: boolean): Promise<void> {
    return this.writing.change('chat:react', { number, emoji, on });
  }

  /** We are writing, to everybody or to one. */
  typeChat(to?: string): void {
    this.writing.typing(to);
  }

  retryChat(clientId: string): void {
    this.writing.retry(clientId);
  }

  /** Rejects with a RequestError if the server cannot be asked. */
  loadOlderChat(): Promise<void> {
    return this.writing.loadOlder();
  }

  markRead(): void {
    if (this.state.unread > 0) this.update({ unread: 0 });
  }

  /** What the page shows now; replaces what it showed before. */
  setTiles(tiles: TileWish[], next: readonly string[] = []): void {
    this.receiving.show(tiles, next);
  }

  /** What we would rather not receive, from now on. */
  setSaving(saving: Saving): void {
    this.update({ saving });
    this.receiving.save(saving);
  }

  /** How we send from now on; others see a short gap, since it takes a new connection. */
  setPreferences(preferences: Partial<SendPreferences>): void {
    this.publishing.prefer(preferences);
  }

  /** Where the frames of a stream can be seen, so that its sound can keep time; returns a function that ends it. */
  watchFrames = (stream: MediaStream, frames: Frames): (() => void) =>
    this.receiving.watchFrames(stream, frames);

  /** Own pictures too. Null until the slot carries this very publication. */
  videoOf(participant: string, source: 'camera' | 'screen'): MediaStream | null {
    if (participant === this.state.self) return this.publishing.picture(source);
    return this.receiving.videoOf(participant, source);
  }

  /** What the server says of the slot that this publication is assigned to. */
  qualityOf(participant: string, source: 'camera' | 'screen'): SlotQuality | undefined {
    return this.receiving.qualityOf(participant, source);
  }

  /** One for each slot of sound; the same array until the pool changes. */
  audioStreams(): MediaStream[] {
    return this.receiving.audioStreams();
  }

  async stats(): Promise<CallStats> {
    const [up, down] = await Promise.all([this.publishing.stats(), this.receiving.stats()]);
    const path = pathOf(down.report);
    return {
      at: this.deps.timers.now(),
      offers: { ...this.offers },
      roundTripTime: roundTripTime(down.report),
      ...(path && { path }),
      up: sendStats(up, (mid) => this.publishing.sourceOf(mid)),
      down: down.slots,
    };
  }

  private async ask<T extends MessageType>(type: T, data: DataOf<T>): Promise<void> {
    if (!this.session) throw new RequestError('closed', 'not in the room');
    await this.session.request(type, data);
  }

  private wait(lobby: MeetingWaiting): void {
    // Put back into the lobby, nothing of us is in the room any more.
    if (this.state.phase === 'joined') {
      this.whenJoined = gate();
      this.publishing.leave();
      this.receiving.open(this.session?.iceServers ?? []);
    }
    this.update({ phase: 'waiting', lobby, self: lobby.self, speaking: [] });
  }

  private joined(snapshot: MeetingJoined, again: boolean): void {
    const handWasUp = again && this.state.hands.includes(this.state.self ?? '');
    if (again) this.receiving.open(this.session?.iceServers ?? []);
    this.publishing.heed(snapshot, this.state);
    this.update(welcomed(this.state, snapshot, again));
    this.whenJoined.open();
    this.publishing.renew();
    if (handWasUp && !snapshot.hands.includes(snapshot.self)) this.raiseHand(true);
    this.writing.resend();
  }

  /** The server has kept everything, the connections too; what was under way when the link broke is done again. */
  private resumed(): void {
    this.update({ phase: 'joined' });
    this.whenJoined.open();
    this.publishing.wake();
    this.receiving.resume();
    this.writing.resend();
  }

  private receive(message: ServerMessage): void {
    const change = after(this.state, message, this.deps.timers.now());
    if (change) {
      this.update(change);
      if (change.participants) this.receiving.participantsChanged();
      if (message.type === 'moderation:notice') this.obey(message.data.kind);
      return;
    }
    switch (message.type) {
      case 'meeting:ended':
        this.finish({ phase: 'ended', endedBy: message.data.by ?? '' });
        break;
      case 'layers:wanted': {
        const { source, codec, layers } = message.data;
        this.publishing.want(source, { codec, layers });
        break;
      }
      case 'error':
        if (message.data.code === 'media_closed') this.renewMedia();
        break;
      default:
        // Replies are matched by the socket; what a later server says is for nobody.
        this.receiving.receive(message);
        break;
    }
  }

  /** The server has done it already; our own switches and devices follow. */
  private obey(kind: NoticeKind): void {
    if (kind === 'muted') void this.publishing.microphone.set(false);
    if (kind === 'video-stopped') void this.publishing.camera.set(false);
    if (kind === 'share-stopped') void this.publishing.share.stop();
  }

  /** The server has let go of both connections, while we are still in the room. */
  private renewMedia(): void {
    this.receiving.open(this.session?.iceServers ?? []);
    this.update({ quality: undefined });
    this.publishing.renew();
  }

  private async offer(data: WebRTCOffer, current: () => boolean): Promise<string> {
    await this.whenJoined.passed;
    const session = this.session;
    // A connection that another has replaced by now must not reach the server.
    if (session === undefined || !current()) throw new RequestError('closed', 'not in the room');
    this.offers[data.pc]++;
    const reply = await session.request('webrtc:offer', data, answerWithin);
    if (reply.type !== 'webrtc:answer') throw new RequestError('bad_reply', reply.type);
    return reply.data.sdp;
  }

  /** The call is over: everything is let go of. */
  private finish(end: Partial<CallState>): void {
    if (this.state.phase === 'ended' || this.state.phase === 'failed') return;
    this.session?.close();
    this.session = undefined;
    this.whenJoined.open();
    this.publishing.close();
    this.receiving.close();
    this.update({ ...end, speaking: [] });
  }

  private update(change: Partial<CallState>): void {
    this.state = { ...this.state, ...change };
    for (const f of [...this.listeners]) f();
  }
}
