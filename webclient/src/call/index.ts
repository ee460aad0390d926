/**
 * The call, from join to leave, without any view. It runs in a test without a DOM.
 *
 *   page ── join, setTiles, … ─> CallEngine ──> Session ── Socket ──> room
 *   page <── getState, videoOf ──    ├── Upstream <── Input (microphone, camera), Share
 *                                    ├── Downstream: slots <── Wishes: which tile in which slot
 *                                    ├── LipSync: sound in time with the picture
 *                                    └── chat, roster: lists, as pure functions
 *
 * What the outside world is to it stands in deps.ts; how tiles are laid out is src/layout's business.
 */
export { CallEngine } from './engine';
export type { JoinOptions } from './engine';
export type { Moderation } from './asking';
export type { Place } from './session';
export { RequestError } from './socket';
export { idleState } from './state';
export { codecChoices, defaultPreferences, savings } from './preferences';
export { sendable } from './codecs';
export type { CodecChoice, Saving, SendPreferences } from './preferences';
export type { Frames } from './lipsync';
export type { CallDeps, JoinApi, Timers } from './deps';
export type {
  Burst,
  CallError,
  CallPhase,
  CallState,
  CallStats,
  ChatEntry,
  ChatStatus,
  DeviceProblem,
  DeviceState,
  Notice,
  Announcement,
  Path,
  ScreenState,
  SharePreset,
  SendStats,
  SlotStats,
  TileWish,
  Typing,
} from './state';
