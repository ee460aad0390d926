const colours = [
  '#3B5BA9',
  '#7A4A8C',
  '#2F6B5E',
  '#8A4B3A',
  '#56622F',
  '#3A6B86',
  '#83456A',
  '#5A5296',
  '#6E5A2A',
  '#2F6473',
];

/** The colour of a person, the same on every screen: a hash (FNV-1a) of the id. */
export function avatarColour(id: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  }
  return colours[hash % colours.length] ?? '#3B5BA9';
}

/** At most two letters: of the first and of the last word. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const first = firstLetter(words[0]);
  if (words.length < 2) return first;
  return first + firstLetter(words[words.length - 1]);
}

function firstLetter(word: string | undefined): string {
  const [letter = ''] = Array.from(word?.replace(/^[^\p{L}\p{N}]+/u, '') || word || '');
  return letter.toLocaleUpperCase();
}
