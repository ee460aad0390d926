const shape = /^[0-9a-hjkmnp-tv-z]{10}$/;

/** The code in what somebody typed or pasted, written xxxxx-xxxxx; null if there is none. */
export function meetingCode(input: string): string | null {
  const last = lastPart(input.trim());
  const plain = last
    .toLowerCase()
    .replace(/[-\s\u2010-\u2015]/g, '')
    // Crockford's alphabet has neither: they are misread digits.
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');
  return shape.test(plain) ? `${plain.slice(0, 5)}-${plain.slice(5)}` : null;
}

function lastPart(text: string): string {
  const link = /\/m\/([^/?#]+)/.exec(text);
  return link?.[1] ?? text;
}
