import type { DownSlot, SlotAssignment, SlotKind } from '../protocol/messages';
import { audioCodecs, prefer, videoCodecs } from './codecs';
import type { CallDeps } from './deps';
import { askForDescriptor } from './extensions';
import { Negotiation } from './negotiation';
import { watchConnection } from './watch';

/** How many slots of each kind are offered. */
export type Pool = Record<SlotKind, number>;

export const firstPool: Pool = { audio: 4, video: 9, screen: 2, 'screen-audio': 1 };

const kinds: SlotKind[] = ['audio', 'video', 'screen', 'screen-audio'];
const videoSteps = [9, 16, 25, 49];

// The picture of the former person stays in the slot until the key frame of the next one is there.
const carriedPoll = 40;
const carriedPollSlow = 250;
const slowAfter = 50;

// After an offer that came to nothing: without this connection nothing is seen or heard.
const offerAgain = 2_000;

export interface Slot {
  mid: string;
  readonly kind: SlotKind;
  readonly transceiver: RTCRtpTransceiver;
  readonly stream: MediaStream;
  /** The server has answered for this slot. */
  answered: boolean;
  assigned: SlotAssignment | undefined;
  /** The newest packet of a picture comes from the assigned publication. */
  carried: boolean;
}

export interface DownstreamEvents {
  /** Sends the offer, resolves to the answer's SDP. */
  offer(sdp: string, slots: DownSlot[]): Promise<string>;
  stateChanged(state: RTCPeerConnectionState | 'none'): void;
  /** Whom a slot carries, or the pool, has changed. */
  slotsChanged(): void;
  /** The server knows the pool; wishes may be sent. */
  answered(): void;
}

/** The recvonly connection: a fixed pool of slots, offered once, that the server fills. */
export class Downstream {
  slots: Slot[] = [];
  private readonly deps: CallDeps;
  private readonly events: DownstreamEvents;
  private readonly config: RTCConfiguration;
  private readonly negotiation = new Negotiation(() => this.exchange());
  private readonly pool: Pool = { ...firstPool };
  private pc: RTCPeerConnection;
  private unwatch: () => void = () => {};
  private assignments = new Map<string, SlotAssignment>();
  private version = 0;
  private closed = false;
  private cancelPoll: (() => void) | undefined;
  private polls = 0;
  private cancelRetry: () => void = () => {};

  constructor(deps: CallDeps, iceServers: RTCIceServer[], events: DownstreamEvents) {
    this.deps = deps;
    this.events = events;
    this.config = { iceServers, bundlePolicy: 'max-bundle' };
    this.pc = this.connection();
    this.offer();
  }

  /** The slots that the server knows. */
  known(): DownSlot[] {
    return this.slots.filter((slot) => slot.answered).map(({ mid, kind }) => ({ mid, kind }));
  }

  /** Makes room for so many tiles, in steps; the pool never shrinks. */
  grow(videos: number): void {
    const most = videoSteps[videoSteps.length - 1]!;
    const step = videoSteps.find((size) => size >= videos) ?? most;
    if (this.closed || step <= this.pool.video) return;
    this.pool.video = step;
    this.fill();
    this.offer();
  }

  /** Applies `slots:assigned`, which replaces the whole map. */
  assign(version: number, assignments: SlotAssignment[]): void {
    if (version <= this.version) return;
    this.version = version;
    this.assignments = new Map(assignments.map((each) => [each.mid, each]));
    this.apply();
  }

  /** The slot that shows this publication now. */
  carrying(participant: string, kind: SlotKind): Slot | undefined {
    return this.slots.find(
      (slot) => slot.kind === kind && slot.carried && slot.assigned?.participant === participant,
    );
  }

  async stats(): Promise<RTCStatsReport> {
    return this.pc.getStats();
  }

  /** Mends nothing while the session is away: the last pictures stay, and nobody could answer an offer. */
  rest(): void {
    this.unwatch();
  }

  /** The session is back, and the server has kept its side. */
  wake(): void {
    this.watch();
    this.pc.onconnectionstatechange?.(new Event('connectionstatechange'));
  }

  close(): void {
    this.closed = true;
    this.cancelPoll?.();
    this.cancelRetry();
    this.unwatch();
    this.pc.close();
    this.events.stateChanged('none');
  }

  private connection(): RTCPeerConnection {
    const pc = this.deps.peerConnection(this.config);
    this.pc = pc;
    this.watch();
    this.slots = [];
    this.fill();
    return pc;
  }

  private watch(): void {
    this.unwatch = watchConnection(this.pc, this.deps.timers, {
      changed: (state) => this.events.stateChanged(state),
      failed: () => this.rebuild(),
    });
  }

  /** A connection that failed is not mended: the same pool is offered on a new one. */
  private rebuild(): void {
    this.unwatch();
    this.pc.close();
    this.connection();
    this.events.slotsChanged();
    this.offer();
  }

  private fill(): void {
    for (const kind of kinds) {
      const have = this.slots.filter((slot) => slot.kind === kind).length;
      for (let i = have; i < this.pool[kind]; i++) this.slots.push(this.slot(kind));
    }
  }

  private slot(kind: SlotKind): Slot {
    const media = hasPicture(kind) ? 'video' : 'audio';
    const transceiver = this.pc.addTransceiver(media, { direction: 'recvonly' });
    const capable = this.deps.receiverCodecs(media) ?? [];
    prefer(transceiver, media === 'video' ? videoCodecs(capable) : audioCodecs(capable));
    if (media === 'video') askForDescriptor(transceiver);
    const stream = this.deps.mediaStream([transceiver.receiver.track]);
    return {
      mid: '',
      kind,
      transceiver,
      stream,
      answered: false,
      assigned: undefined,
      carried: false,
    };
  }

  private offer(): void {
    this.negotiation.run().catch(() => {
      if (this.closed) return;
      this.cancelRetry = this.deps.timers.after(offerAgain, () => this.offer());
    });
  }

  private async exchange(): Promise<void> {
    const pc = this.pc;
    if (this.closed) return;
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    for (const slot of this.slots) slot.mid = slot.transceiver.mid ?? '';
    const offered = this.slots.filter(({ mid }) => mid !== '');
    const slots = offered.map(({ mid, kind }) => ({ mid, kind }));
    const sdp = await this.events.offer(offer.sdp ?? '', slots);
    if (pc !== this.pc || this.closed) return;
    for (const slot of offered) slot.answered = true;
    // Before anything connects: by what is wished for the server decides what the slots begin with.
    this.events.answered();
    await pc.setRemoteDescription({ type: 'answer', sdp });
    this.apply();
  }

  private apply(): void {
    for (const slot of this.slots) {
      const next = this.assignments.get(slot.mid);
      const assigned = next !== undefined && next.number !== 0 ? next : undefined;
      if (slot.assigned?.number !== assigned?.number) slot.carried = false;
      slot.assigned = assigned;
    }
    this.polls = 0;
    this.look();
    this.events.slotsChanged();
  }

  /** Looks which slots have come to carry what they are assigned, and comes back while some have not. */
  private look(): void {
    this.cancelPoll?.();
    this.cancelPoll = undefined;
    let changed = false;
    let waiting = false;
    for (const slot of this.slots) {
      if (slot.assigned === undefined || slot.carried || !hasPicture(slot.kind)) continue;
      slot.carried = heard(slot) === slot.assigned.number;
      changed ||= slot.carried;
      waiting ||= !slot.carried;
    }
    if (changed) this.events.slotsChanged();
    if (!waiting || this.closed) return;
    this.polls++;
    const pause = this.polls > slowAfter ? carriedPollSlow : carriedPoll;
    this.cancelPoll = this.deps.timers.after(pause, () => this.look());
  }
}

function hasPicture(kind: SlotKind): boolean {
  return kind === 'video' || kind === 'screen';
}

/** Number of the publication that the newest packet of the slot came from, 0 if none yet. */
export function heard(slot: Slot): number {
  const sources = slot.transceiver.receiver.getContributingSources();
  let newest: RTCRtpContributingSource | undefined;
  for (const each of sources) {
    if (newest === undefined || each.timestamp > newest.timestamp) newest = each;
  }
  return newest?.source ?? 0;
}
