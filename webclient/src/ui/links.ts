/** A piece of a message: plain, or a link. */
export interface Piece {
  text: string;
  href?: string;
}

const candidate = /\bhttps?:\/\/[^\s<>"“”]+/gi;

/** Splits a message at its http and https links; nothing else becomes a link. */
export function pieces(message: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of message.matchAll(candidate)) {
    const text = withoutTail(match[0]);
    const href = address(text);
    if (href === null) continue;
    if (match.index > from) found.push({ text: message.slice(from, match.index) });
    found.push({ text, href });
    from = match.index + text.length;
  }
  if (from < message.length) found.push({ text: message.slice(from) });
  return found;
}

// "See https://a.example/b." ends a sentence, not the address; "(https://a.example/b_(c))" keeps its own brackets.
// Counted once, since a message may be nothing but brackets.
function withoutTail(text: string): string {
  const open = count(text, '(');
  let closed = count(text, ')');
  let end = text.length;
  for (; end > 0; end--) {
    const last = text.charAt(end - 1);
    if (last === ')' && open >= closed) break;
    if (!".,;:!?'’)]}…".includes(last)) break;
    if (last === ')') closed--;
  }
  return text.slice(0, end);
}

function count(text: string, letter: string): number {
  let times = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) times++;
  return times;
}

function address(text: string): string | null {
  try {
    const url = new URL(text);
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    // "https://bank.example@evil.example" reads like another address.
    return web && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}

// Marks that turn the order of letters around.
const bidiControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A link as it is drawn: with the host that it really leads to, and in the order in which it is written. */
export function shownAddress(text: string, href: string): string {
  const { protocol, host } = new URL(href);
  const rest = text.replace(/^https?:\/\/[^/\\?#]*/i, '');
  return `${protocol}//${host}${rest}`.replace(bidiControls, '');
}
