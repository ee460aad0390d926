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
