import type { Emoji } from '../protocol/messages';

export type EmojiName =
  | 'thumbsUp'
  | 'heart'
  | 'clapping'
  | 'laughing'
  | 'party'
  | 'surprised'
  | 'sad'
  | 'thinking'
  | 'thumbsDown'
  | 'thanks';

/** The reactions that there are, as they stand in the menus. */
export const emojis: readonly { emoji: Emoji; name: EmojiName }[] = [
  { emoji: '👍', name: 'thumbsUp' },
  { emoji: '❤️', name: 'heart' },
  { emoji: '👏', name: 'clapping' },
  { emoji: '😂', name: 'laughing' },
  { emoji: '🎉', name: 'party' },
  { emoji: '😮', name: 'surprised' },
  { emoji: '😢', name: 'sad' },
  { emoji: '🤔', name: 'thinking' },
  { emoji: '👎', name: 'thumbsDown' },
  { emoji: '🙏', name: 'thanks' },
];

export function nameOf(emoji: Emoji): EmojiName {
  return emojis.find((each) => each.emoji === emoji)?.name ?? 'thumbsUp';
}
