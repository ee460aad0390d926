import type {
  DownSlot,
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
import { Downstream } from './downstream';
import { after, welcomed } from './events';
import { gate } from './gate';
import { LipSync } from './lipsync';
import type { Frames } from './lipsync';
import type { Saving, SendPreferences } from './preferences';
import { Publishing } from './publishing';
import { Reports } from './report';
import { Session } from './session';
import type { Place } from './session';
import { RequestError } from './socket';
import type { DataOf, MessageType } from './socket';
import { idleState } from './state';
import type { CallError, CallState, CallStats, SharePreset, TileWish } from './state';
import { pathOf, roundTripTime, sendStats, slotStats } from './stats';
import { Wishes } from './wishes';
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
  private down: Downstream | undefined;
  private readonly publishing: Publishing;
  private readonly wishes: Wishes;
  private readonly offers = { up: 0, down: 0 };
  private readonly lipSync: LipSync;
  private readonly reports: Reports;
  private readonly writing: Writing;
  private audio: MediaStream[] = [];
  private whenJoined = gate();

  constructor(deps: Partial<CallDeps> = {}) {
    this.deps = { ...browserDeps(), ...deps };
    this.publishing = new Publishing(this.deps, {
      state: () => this.state,
      update: (change) => this.update(change),
      session: () => this.session,
      offer: (data, current) => this.offer(data, current),
    });
    this.wishes = new Wishes(this.deps.timers, {
      slots: () => this.down?.known() ?? [],
      participants: () => this.state.participants,
      grow: (videos) => this.down?.grow(videos),
      send: async (wish) => {
        await this.session?.request('slots:wish', wish);
      },
    });
    this.lipSync = new LipSync(this.deps.timers, () => this.down?.slots ?? []);
    this.reports = new Reports(this.deps.timers, {
      slots: async () => (await this.stats()).down,
      send: (slots) => this.session?.send('stats:report', { slots }),
    });
    this.writing = new Writing(this.deps, {
      state: () => this.state,
      update: (change) => this.update(change),
      session: () => this.session,
      back: () => this.whenJoined.passed,
    });
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
    this.reports.begin();
    this.publishing.microphone.adopt(microphone);
    this.publishing.camera.adopt(camera);
    const events = {
      granted: (iceServers: RTCIceServer[]) => {
        if (!this.down) this.openDown(iceServers);
      },
      waiting: (lobby: MeetingWaiting) => this.wait(lobby),
      joined: (snapshot: MeetingJoined, again: boolean) => this.joined(snapshot, again),
      resumed: () => this.resumed(),
      caughtUp: () => this.publishing.resume(),
      placed: (next: Place) => onPlace?.(next),
      lost: () => {
        this.whenJoined = gate();
        this.publishing.rest();
        this.down?.rest();
        this.update({ phase: 'reconnecting', speaking: [], typing: [] });
      },
      message: (message: ServerMessage) => this.receive(message),
      failed: (error: CallError) => this.finish({ phase: 'failed', error }),
    };
    this.session = new Session(this.deps, api, events, place);
    if (place) this.openDown(place.iceServers);
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
    const { self } = this.state;
    this.wishes.set(
      tiles.filter(({ participant }) => participant !== self),
      next.filter((participant) => participant !== self),
    );
  }

  /** What we would rather not receive, from now on. */
  setSaving(saving: Saving): void {
    this.update({ saving });
    this.wishes.save(saving);
  }

  /** How we send from now on; others see a short gap, since it takes a new connection. */
  setPreferences(preferences: Partial<SendPreferences>): void {
    this.publishing.prefer(preferences);
  }

  /** Where the frames of a stream can be seen, so that its sound can keep time; returns a function that ends it. */
  watchFrames = (stream: MediaStream, frames: Frames): (() => void) =>
    this.lipSync.watch(stream, frames);

  /** Own pictures too. Null until the slot carries this very publication. */
  videoOf(participant: string, source: 'camera' | 'screen'): MediaStream | null {
    if (participant === this.state.self) return this.publishing.picture(source);
    const kind = source === 'camera' ? 'video' : 'screen';
    return this.down?.carrying(participant, kind)?.stream ?? null;
  }

  /** What the server says of the slot that this publication is assigned to. */
  qualityOf(participant: string, source: 'camera' | 'screen'): SlotQuality | undefined {
    const slot = this.down?.slots.find(
      ({ assigned }) => assigned?.participant === participant && assigned.source === source,
    );
    return slot && this.state.quality?.slots.find(({ mid }) => mid === slot.mid);
  }

  /** One for each slot of sound; the same array until the pool changes. */
  audioStreams(): MediaStream[] {
    return this.audio;
  }

  async stats(): Promise<CallStats> {
    const [up, down] = await Promise.all([this.publishing.stats(), this.down?.stats()]);
    const path = pathOf(down);
    return {
      at: this.deps.timers.now(),
      offers: { ...this.offers },
      roundTripTime: roundTripTime(down),
      ...(path && { path }),
      up: sendStats(up, (mid) => this.publishing.sourceOf(mid)),
      down: slotStats(this.down?.slots ?? [], down),
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
      this.openDown(this.session?.iceServers ?? []);
    }
    this.update({ phase: 'waiting', lobby, self: lobby.self, speaking: [] });
  }

  private joined(snapshot: MeetingJoined, again: boolean): void {
    const handWasUp = again && this.state.hands.includes(this.state.self ?? '');
    if (again) this.openDown(this.session?.iceServers ?? []);
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
    this.down?.wake();
    this.publishing.wake();
    this.wishes.forget();
    this.wishes.refresh();
    this.writing.resend();
  }

  private receive(message: ServerMessage): void {
    const change = after(this.state, message, this.deps.timers.now());
    if (change) {
      this.update(change);
      if (change.participants) this.wishes.refresh();
      if (message.type === 'moderation:notice') this.obey(message.data.kind);
      return;
    }
    switch (message.type) {
      case 'meeting:ended':
        this.finish({ phase: 'ended', endedBy: message.data.by ?? '' });
        break;
      case 'slots:assigned':
        this.down?.assign(message.data.version, message.data.slots);
        break;
      case 'slots:clock':
        this.lipSync.set(message.data.clocks);
        break;
      case 'layers:wanted': {
        const { source, codec, layers } = message.data;
        this.publishing.want(source, { codec, layers });
        break;
      }
      case 'webrtc:ice-servers':
        // A connection looks for its ways once: the one made for the lobby knew of no relay.
        if (this.state.connection.down !== 'connected') this.openDown(message.data.servers);
        break;
      case 'error':
        if (message.data.code === 'media_closed') this.renewMedia();
        break;
      default:
        // Replies are matched by the socket; what a later server says is not for us.
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
    this.openDown(this.session?.iceServers ?? []);
    this.update({ quality: undefined });
    this.publishing.renew();
  }

  private openDown(iceServers: RTCIceServer[]): void {
    this.down?.close();
    this.lipSync.forget();
    this.wishes.forget();
    const down: Downstream = new Downstream(this.deps, iceServers, {
      offer: (sdp: string, slots: DownSlot[]) =>
        this.offer({ pc: 'down', sdp, slots }, () => this.down === down),
      stateChanged: (state) =>
        this.update({ connection: { ...this.state.connection, down: state } }),
      slotsChanged: () => this.slotsChanged(),
      answered: () => this.wishes.now(),
    });
    this.down = down;
    this.slotsChanged();
  }

  private slotsChanged(): void {
    const streams = (this.down?.slots ?? [])
      .filter(({ kind }) => kind === 'audio' || kind === 'screen-audio')
      .map(({ stream }) => stream);
    const same =
      streams.length === this.audio.length && streams.every((each, i) => each === this.audio[i]);
    if (!same) this.audio = streams;
    this.lipSync.changed();
    this.update({});
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
    this.wishes.close();
    this.lipSync.close();
    this.reports.end();
    this.publishing.close();
    this.down?.close();
    this.down = undefined;
    this.audio = [];
    this.update({ ...end, speaking: [] });
  }

  private update(change: Partial<CallState>): void {
    this.state = { ...this.state, ...change };
    for (const f of [...this.listeners]) f();
  }
}
