import { pieces } from './links';

/** A run of letters, or one that stands out. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'code'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] };

export type Block = { kind: 'text' | 'quote'; children: Inline[] } | { kind: 'code'; text: string };

/**
 * What of Markdown a message may use: **bold**, *italic*, ~~struck~~, `code`, fenced code and quotes. Links are the
 * addresses themselves, never other words over them; there are no pictures, headings or HTML. What does not fit is
 * text as it was written.
 */
export function blocks(message: string): Block[] {
  const found: Block[] = [];
  let text: string[] = [];
  let quote: string[] = [];
  const end = () => {
    if (text.some((line) => line.trim() !== '')) {
      found.push({ kind: 'text', children: inline(trimmed(text)) });
    }
    if (quote.length > 0) found.push({ kind: 'quote', children: inline(quote.join('\n')) });
    text = [];
    quote = [];
  };
  const lines = message.split('\n');
  // Where one fence is never closed, no later one is.
  let fences = true;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const close: number = fences && line.startsWith('```') ? fenceEnd(lines, i) : i;
    fences &&= close >= 0;
    if (close > i) {
      end();
      found.push({ kind: 'code', text: lines.slice(i + 1, close).join('\n') });
      i = close;
    } else if (line.startsWith('> ')) {
      if (text.length > 0) end();
      quote.push(line.slice(2));
    } else {
      if (quote.length > 0) end();
      text.push(line);
    }
  }
  end();
  return found;
}

// Empty lines around a block are its own distance.
function trimmed(lines: string[]): string {
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(first, last + 1).join('\n');
}

/** The line that closes a fence; -1 leaves it as text. */
function fenceEnd(lines: string[], from: number): number {
  for (let i = from + 1; i < lines.length; i++) if (lines[i]!.trimEnd() === '```') return i;
  return -1;
}

// Code first, in which nothing else counts. A star or line inside of a word is a star or a line.
const marks =
  /`([^`\n]+)`|\*\*(?=\S)([^\n]*?\S)\*\*|~~(?=\S)([^\n]*?\S)~~|(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w_])/;

function inline(text: string): Inline[] {
  return pieces(text).flatMap((piece) =>
    piece.href === undefined
      ? marked(piece.text)
      : [{ kind: 'link', text: piece.text, href: piece.href }],
  );
}

function marked(text: string): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  for (let match = marks.exec(rest); match; match = marks.exec(rest)) {
    if (match.index > 0) found.push({ kind: 'text', text: rest.slice(0, match.index) });
    const [whole, code, bold, strike, star, line] = match;
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (bold !== undefined) found.push({ kind: 'bold', children: marked(bold) });
    else if (strike !== undefined) found.push({ kind: 'strike', children: marked(strike) });
    else found.push({ kind: 'italic', children: marked(star ?? line ?? '') });
    rest = rest.slice(match.index + whole.length);
  }
  if (rest !== '') found.push({ kind: 'text', text: rest });
  return found;
}

/** The words alone, for a quote of one line or a screen reader. */
export function plainText(message: string): string {
  const words = (all: Inline[]): string =>
    all.map((each) => ('children' in each ? words(each.children) : each.text)).join('');
  return blocks(message)
    .map((each) => (each.kind === 'code' ? each.text : words(each.children)))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
