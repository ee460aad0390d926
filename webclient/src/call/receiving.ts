import type { DownSlot, ServerMessage, SlotQuality, WebRTCOffer } from '../protocol/messages';
import type { CallDeps } from './deps';
import { Downstream } from './downstream';
import { LipSync } from './lipsync';
import type { Frames } from './lipsync';
import type { Saving } from './preferences';
import { Reports } from './report';
import type { Session } from './session';
import type { CallState, SlotStats, TileWish } from './state';
import { slotStats } from './stats';
import { Wishes } from './wishes';

export interface ReceivingEvents {
  state(): CallState;
  update(change: Partial<CallState>): void;
  session(): Session | undefined;
  /** Sends the offer, resolves to the answer's SDP; current says whether its connection is still in use. */
  offer(data: WebRTCOffer, current: () => boolean): Promise<string>;
}

/** All that we receive: the slots of one connection, which tiles wish for, and sound that keeps time with its picture. */
export class Receiving {
  private readonly deps: CallDeps;
  private readonly events: ReceivingEvents;
  private readonly wishes: Wishes;
  private readonly lipSync: LipSync;
  private readonly reports: Reports;
  private down: Downstream | undefined;
  private audio: MediaStream[] = [];

  constructor(deps: CallDeps, events: ReceivingEvents) {
    this.deps = deps;
    this.events = events;
    this.wishes = new Wishes(deps.timers, {
      slots: () => this.down?.known() ?? [],
      participants: () => events.state().participants,
      grow: (videos) => this.down?.grow(videos),
      send: async (wish) => {
        await events.session()?.request('slots:wish', wish);
      },
    });
    this.lipSync = new LipSync(deps.timers, () => this.down?.slots ?? []);
    this.reports = new Reports(deps.timers, {
      slots: async () => (await this.stats()).slots,
      send: (slots) => events.session()?.send('stats:report', { slots }),
    });
  }

  /** Tells the server from now on how it goes. */
  begin(): void {
    this.reports.begin();
  }

  get opened(): boolean {
    return this.down !== undefined;
  }

  /** A connection in place of the one there may be. */
  open(iceServers: RTCIceServer[]): void {
    this.down?.close();
    this.lipSync.forget();
    this.wishes.forget();
    const down: Downstream = new Downstream(this.deps, iceServers, {
      offer: (sdp: string, slots: DownSlot[]) =>
        this.events.offer({ pc: 'down', sdp, slots }, () => this.down === down),
      stateChanged: (state) =>
        this.events.update({ connection: { ...this.events.state().connection, down: state } }),
      slotsChanged: () => this.slotsChanged(),
      answered: () => this.wishes.now(),
    });
    this.down = down;
    this.slotsChanged();
  }

  /** The room is out of reach. */
  rest(): void {
    this.down?.rest();
  }

  /** The room has kept the connection, and may have lost what we wished meanwhile. */
  resume(): void {
    this.down?.wake();
    this.wishes.forget();
    this.wishes.refresh();
  }

  /** Takes what the server says of slots and of the ways to them. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'slots:assigned':
        this.down?.assign(message.data.version, message.data.slots);
        break;
      case 'slots:clock':
        this.lipSync.set(message.data.clocks);
        break;
      case 'webrtc:ice-servers':
        // A connection looks for its ways once: the one made for the lobby knew of no relay.
        if (this.events.state().connection.down !== 'connected') this.open(message.data.servers);
        break;
      default:
        break;
    }
  }

  /** Others came, went, or began to send. */
  participantsChanged(): void {
    this.wishes.refresh();
  }

  /** What the page shows now; replaces what it showed before. */
  show(tiles: TileWish[], next: readonly string[]): void {
    const { self } = this.events.state();
    this.wishes.set(
      tiles.filter(({ participant }) => participant !== self),
      next.filter((participant) => participant !== self),
    );
  }

  save(saving: Saving): void {
    this.wishes.save(saving);
  }

  /** Where the frames of a stream can be seen; returns a function that ends it. */
  watchFrames(stream: MediaStream, frames: Frames): () => void {
    return this.lipSync.watch(stream, frames);
  }

  /** Null until the slot carries this very publication. */
  videoOf(participant: string, source: 'camera' | 'screen'): MediaStream | null {
    const kind = source === 'camera' ? 'video' : 'screen';
    return this.down?.carrying(participant, kind)?.stream ?? null;
  }

  qualityOf(participant: string, source: 'camera' | 'screen'): SlotQuality | undefined {
    const slot = this.down?.slots.find(
      ({ assigned }) => assigned?.participant === participant && assigned.source === source,
    );
    return slot && this.events.state().quality?.slots.find(({ mid }) => mid === slot.mid);
  }

  /** One for each slot of sound; the same array until the pool changes. */
  audioStreams(): MediaStream[] {
    return this.audio;
  }

  /** As the browser counts, and for each slot. */
  async stats(): Promise<{ report: RTCStatsReport | undefined; slots: SlotStats[] }> {
    const report = await this.down?.stats();
    return { report, slots: slotStats(this.down?.slots ?? [], report) };
  }

  close(): void {
    this.wishes.close();
    this.lipSync.close();
    this.reports.end();
    this.down?.close();
    this.down = undefined;
    this.audio = [];
  }

  private slotsChanged(): void {
    const streams = (this.down?.slots ?? [])
      .filter(({ kind }) => kind === 'audio' || kind === 'screen-audio')
      .map(({ stream }) => stream);
    const same =
      streams.length === this.audio.length && streams.every((each, i) => each === this.audio[i]);
    if (!same) this.audio = streams;
    this.lipSync.changed();
    this.events.update({});
  }
}
