export { tiles } from './tiles';
export type { Tiles, TilesInput } from './tiles';
export { page, pageCount, seat } from './page';
export { share } from './share';
export type { ShareInput, ShareLayout } from './share';
export type { Rect } from './rect';
