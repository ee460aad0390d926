import { idleState } from '../../call';
import type {
  CallState,
  CallStats,
  ChatEntry,
  Moderation,
  Saving,
  SharePreset,
  TileWish,
} from '../../call';
import type { Emoji, SlotQuality, WaitingPerson } from '../../protocol/messages';
import type { Call } from './call';
import { paintPerson, paintPlan } from './showcasePaint';
import { showcaseQuality, showcaseStats, slotOf } from './showcaseQuality';
import { everything, message, moderated, person, waiting, weekly, written } from './showcaseRoom';

/**
 * A call with nobody behind it. Parameters: fake (how many), share, away, unread, host, waiting, locked, lost,
 * poor (a bad link: ours, or with poor=up our way up).
 * It has the engine's surface, so the page cannot tell.
 */
export class ShowcaseCall implements Call {
  private readonly listeners = new Set<() => void>();
  private readonly pictures = new Map<string, MediaStream>();
  private state: CallState;

  constructor(params: URLSearchParams) {
    const count = Math.max(1, Number(params.get('fake')) || 1);
    const sharers = Number(params.get('share') ?? 0);
    const self = Math.min(4, count - 1);
    const participants = Array.from({ length: count }, (_, i) => person(i, i < sharers, params));
    this.state = {
      ...idleState(),
      phase: params.has('away') ? 'reconnecting' : 'joined',
      self: `p${self}`,
      meeting: { ...weekly, locked: params.has('locked') },
      participants,
      waiting: params.has('host') ? lobby(Number(params.get('waiting') ?? 2)) : [],
      overrides: params.has('host') ? exceptions : {},
      permissions: params.has('host') ? everything : { ...everything, privateChat: false },
      hands: count > 5 ? ['p1', 'p5'] : [],
      speakers: ['p0'],
      speaking: count > 1 && !params.has('away') ? ['p0'] : [],
      chat: params.has('quiet') ? [] : written(),
      chatMore: !params.has('quiet'),
      unread: Number(params.get('unread') ?? 0),
      microphone: { on: params.has('mic'), busy: false },
      camera: { on: !params.has('dark'), busy: false },
      screen: { ...idleState().screen, on: params.has('mine'), surface: 'window' },
      saving: params.has('saver') ? '360' : 'auto',
      quality: showcaseQuality(participants, `p${self}`, params.get('poor')),
      connection: { up: 'connected', down: 'connected' },
    };
  }

  subscribe = (f: () => void): (() => void) => {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  };
  getState = (): CallState => this.state;

  videoOf(participant: string, source: 'camera' | 'screen'): MediaStream | null {
    const key = `${participant}/${source}`;
    const known = this.pictures.get(key);
    if (known) return known;
    const index = Number(participant.slice(1));
    const picture = source === 'screen' ? paintPlan() : paintPerson(index);
    this.pictures.set(key, picture);
    return picture;
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.become({ microphone: { on, busy: false } });
  }
  async setCamera(on: boolean): Promise<void> {
    this.become({ camera: { on, busy: false } });
  }
  async shareScreen(): Promise<void> {
    this.become({ screen: { ...this.state.screen, on: true } });
  }
  async stopShare(): Promise<void> {
    this.become({ screen: { ...this.state.screen, on: false } });
  }
  async preferShare(preset: SharePreset): Promise<void> {
    this.become({ screen: { ...this.state.screen, preset } });
  }
  raiseHand(up: boolean): void {
    const self = this.state.self ?? '';
    const others = this.state.hands.filter((id) => id !== self);
    this.become({ hands: up ? [...others, self] : others });
  }
  sendChat(
    text: string,
    address: { to?: string | undefined; replyTo?: number | undefined } = {},
  ): void {
    const self = this.state.self ?? '';
    const toName = this.state.participants.find(({ id }) => id === address.to)?.name;
    const line = message(this.state.chat.length, Number(self.slice(1)), text);
    const entry = { ...line, ...address, toName, own: true, sentAt: new Date().toISOString() };
    const status = text === 'fail' ? 'failed' : text === 'wait' ? 'sending' : 'stored';
    this.become({ chat: [...this.state.chat, { ...entry, status }] });
  }
  async loadOlderChat(): Promise<void> {
    this.become({ chatMore: false });
  }
  markRead(): void {
    if (this.state.unread > 0) this.become({ unread: 0 });
  }
  async editChat(number: number, text: string): Promise<void> {
    this.line(number, { text, editedAt: new Date().toISOString() });
  }
  async deleteChat(number: number): Promise<void> {
    this.line(number, { text: '', deleted: true, reactions: [] });
  }
  async reactChat(number: number, emoji: Emoji, on: boolean): Promise<void> {
    const self = this.state.self ?? '';
    const before = this.state.chat.find((each) => each.number === number)?.reactions ?? [];
    const known = before.find((each) => each.emoji === emoji) ?? { emoji, by: [] };
    const by = [...known.by.filter((id) => id !== self), ...(on ? [self] : [])];
    const others = before.filter((each) => each.emoji !== emoji);
    const reactions = by.length > 0 ? [...others, { emoji, by }] : others;
    this.line(number, { reactions });
  }
  typeChat(): void {}
  react(emoji: Emoji): void {
    const id = (this.state.bursts.at(-1)?.id ?? 0) + 1;
    const burst = { id, emoji, participant: this.state.self ?? '', count: 1 };
    this.become({ bursts: [...this.state.bursts, burst] });
  }
  async moderate(message: Moderation): Promise<void> {
    this.become(moderated(this.state, message));
  }
  async leave(): Promise<void> {
    this.become({ phase: 'ended', leftByChoice: true });
  }
  async endForAll(): Promise<void> {
    this.become({ phase: 'ended', endedBy: this.state.self ?? '' });
  }
  audioStreams(): MediaStream[] {
    return [];
  }
  async stats(): Promise<CallStats> {
    return showcaseStats(this.state, Date.now());
  }
  qualityOf(participant: string): SlotQuality | undefined {
    return this.state.quality?.slots.find(({ mid }) => mid === slotOf(participant));
  }
  setSaving(saving: Saving): void {
    this.become({ saving });
  }
  async join(): Promise<void> {}
  async restore(): Promise<void> {}
  async useMicrophone(): Promise<void> {}
  async useCamera(): Promise<void> {}
  async rename(): Promise<void> {}
  setPreferences(): void {}
  watchFrames = () => () => {};
  retryChat(): void {}
  retryNow(): void {}
  setTiles(_: TileWish[]): void {}
  close(): void {}

  private line(number: number, change: Partial<ChatEntry>): void {
    const chat = this.state.chat.map((each) =>
      each.number === number ? { ...each, ...change } : each,
    );
    this.become({ chat });
  }

  private become(change: Partial<CallState>): void {
    this.state = { ...this.state, ...change };
    for (const f of [...this.listeners]) f();
  }
}

const exceptions = {
  p2: { share: true },
  p8: { share: true, privateChat: true },
  p10: { rename: false },
  p12: { unmute: false, camera: false, chat: false },
};

function lobby(count: number): WaitingPerson[] {
  return waiting.slice(0, count).map((each, i) => ({
    ...each,
    since: new Date(Date.now() - 60_000 + 40_000 * i).toISOString(),
  }));
}
