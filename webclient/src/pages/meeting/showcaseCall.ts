import { idleState } from '../../call';
import type { CallState, CallStats, ChatEntry, Saving, SharePreset, TileWish } from '../../call';
import type { Meeting, Participant, Publication, SlotQuality } from '../../protocol/messages';
import type { Call } from './call';
import { paintPerson, paintPlan } from './showcasePaint';
import { showcaseQuality, showcaseStats, slotOf } from './showcaseQuality';

const names = [
  'Mara Lindqvist',
  'Tomás Ferreira',
  'Aiko Tanaka',
  'Yusuf Demir',
  'Ana Kovač',
  'Priya Raghavan',
  'Samuel Okafor',
  'Léa Fontaine',
  'Noah Weiss',
  'Ingrid Solberg',
  'أمل حداد',
  'Beatriz Nogueira dos Santos e Albuquerque',
  'Wei Chen',
  'Olga Petrova',
  'Kwame Mensah',
  'Sofia Rossi',
];

const lines: [number, string][] = [
  [1, 'My camera is at the repair shop, so only my voice today.'],
  [5, 'Retention is up for the third week. Numbers: https://plenum.example/r/w47'],
  [8, 'Which query is that from?'],
  [5, 'That one, yes. I’ll add it to the notes.'],
  [7, 'Can we keep ten minutes for the beta list?'],
  [10, 'شكرًا، سأرسل القائمة بعد الاجتماع.'],
  [11, `A word without any break: ${'plenum'.repeat(20)} and then some.`],
];

/**
 * A call with nobody behind it. Parameters: fake (how many), share, away, unread, host, poor (a bad link: ours, or
 * with poor=up our way up).
 * It has the engine's surface, so the page cannot tell.
 */
const weekly: Meeting = {
  code: 'h3k7m-2p9qx',
  title: 'Weekly product review',
  locked: false,
  lobby: true,
  chatHistory: 'all',
  permissions: {
    unmute: true,
    camera: true,
    share: true,
    chat: true,
    privateChat: true,
    reactions: true,
    rename: true,
  },
  spotlight: [],
  startedAt: '2026-01-01T09:00:00Z',
};

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
      phase: params.has('away') ? 'reconnecting' : 'joined',
      self: `p${self}`,
      meeting: { ...weekly },
      participants,
      hands: count > 5 ? ['p1', 'p5'] : [],
      speakers: ['p0'],
      speaking: count > 1 && !params.has('away') ? ['p0'] : [],
      chat: params.has('quiet') ? [] : lines.map(([who, text], i) => message(i, who, text)),
      chatMore: !params.has('quiet'),
      unread: Number(params.get('unread') ?? 0),
      microphone: { on: params.has('mic'), busy: false },
      camera: { on: !params.has('dark'), busy: false },
      screen: { ...idleState().screen, on: params.has('mine'), surface: 'window' },
      saving: { dataSaver: params.has('saver'), audioOnly: false },
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
  sendChat(text: string): void {
    const entry = { ...message(this.state.chat.length, 4, text), own: true, sender: 'p4' };
    const status = text === 'fail' ? 'failed' : text === 'wait' ? 'sending' : 'stored';
    this.become({ chat: [...this.state.chat, { ...entry, status }] });
  }
  async loadOlderChat(): Promise<void> {
    this.become({ chatMore: false });
  }
  markRead(): void {
    if (this.state.unread > 0) this.become({ unread: 0 });
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
  async useMicrophone(): Promise<void> {}
  async useCamera(): Promise<void> {}
  rename(): void {}
  setPreferences(): void {}
  watchFrames = () => () => {};
  retryChat(): void {}
  setTiles(_: TileWish[]): void {}
  close(): void {}

  private become(change: Partial<CallState>): void {
    this.state = { ...this.state, ...change };
    for (const f of [...this.listeners]) f();
  }
}

function person(i: number, sharing: boolean, params: URLSearchParams): Participant {
  const name = names[i % names.length] ?? '';
  const publications: Publication[] = [
    { number: 4 * i + 1, source: 'camera', muted: i % 7 === 6 },
    { number: 4 * i + 2, source: 'microphone', muted: ![0, 1, 5, 8].includes(i % 9) },
  ];
  if (sharing) publications.push({ number: 4 * i + 3, source: 'screen', muted: false });
  return {
    id: `p${i}`,
    name: i < names.length ? name : `${name} ${Math.floor(i / names.length) + 1}`,
    role: i === 0 || (i === 4 && params.has('host')) ? 'HOST' : 'PARTICIPANT',
    guest: i === 10,
    joinedAt: '2026-11-23T10:00:00Z',
    publications,
  };
}

function message(i: number, who: number, text: string): ChatEntry {
  return {
    clientId: `c${i}`,
    number: i + 1,
    sender: `p${who}`,
    name: names[who] ?? '',
    text,
    sentAt: new Date(2026, 10, 23, 10, 5 + 3 * i).toISOString(),
    own: who === 4,
    status: 'stored',
  };
}
