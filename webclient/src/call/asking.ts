import type { ClientMessage } from '../protocol/messages';

/** What hosts and co-hosts may ask of the server. */
export type Moderation = Extract<ClientMessage, { type: `moderation:${string}` }>;
