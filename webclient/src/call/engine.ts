import { browserDeps } from './deps';
import type { CallDeps, JoinApi } from './deps';
import { idleState } from './state';
import type { CallState, CallStats, TileWish } from './state';

export interface JoinOptions {
  code: string;
  api: JoinApi;
  /** A live track from the pre-join page, which the engine then owns; null starts muted. */
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
}

/** One call, from join to leave, without any view. */
export class CallEngine {
  private readonly deps: CallDeps;
  private readonly listeners = new Set<() => void>();
  private state: CallState = idleState();

  constructor(deps: Partial<CallDeps> = {}) {
    this.deps = { ...browserDeps(), ...deps };
  }

  subscribe = (f: () => void): (() => void) => {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  };

  /** A new object after each change. */
  getState = (): CallState => this.state;

  async join(options: JoinOptions): Promise<void> {
    void options;
    void this.deps;
  }
  async leave(): Promise<void> {}
  async endForAll(): Promise<void> {}
  async setMicrophone(on: boolean): Promise<void> {
    void on;
  }
  async setCamera(on: boolean): Promise<void> {
    void on;
  }
  async useMicrophone(deviceId: string): Promise<void> {
    void deviceId;
  }
  async useCamera(deviceId: string): Promise<void> {
    void deviceId;
  }
  async shareScreen(): Promise<void> {}
  async stopShare(): Promise<void> {}
  raiseHand(up: boolean): void {
    void up;
  }
  rename(name: string): void {
    void name;
  }
  sendChat(text: string): void {
    void text;
  }
  retryChat(clientId: string): void {
    void clientId;
  }
  async loadOlderChat(): Promise<void> {}
  markRead(): void {}
  setTiles(tiles: TileWish[]): void {
    void tiles;
  }
  videoOf(participant: string, source: 'camera' | 'screen'): MediaStream | null {
    void participant;
    void source;
    return null;
  }
  audioStreams(): MediaStream[] {
    return [];
  }
  async stats(): Promise<CallStats> {
    return { offers: { up: 0, down: 0 }, up: [], down: [] };
  }
  /** Leaves at once and lets go of every device. */
  close(): void {}
}
