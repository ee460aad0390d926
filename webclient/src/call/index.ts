/**
 * The call, from join to leave, without any view. It runs in a test without a DOM.
 *
 *   page ── join, setTiles, … ─> CallEngine ──> Session ── Socket ──> room
 *   page <── getState, videoOf ──    ├── Upstream <── Input (microphone, camera), Share
 *                                    ├── Downstream: slots <── Wishes: which tile in which slot
 *                                    └── chat, roster: lists, as pure functions
 *
 * What the outside world is to it stands in deps.ts; how tiles are laid out is src/layout's business.
 */
export { CallEngine } from './engine';
export type { JoinOptions } from './engine';
export type { CallDeps, JoinApi, Timers } from './deps';
export type {
  CallError,
  CallPhase,
  CallState,
  CallStats,
  ChatEntry,
  ChatStatus,
  DeviceProblem,
  DeviceState,
  ScreenState,
  SendStats,
  SlotStats,
  TileWish,
} from './state';
