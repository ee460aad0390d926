import type { SendPreferences } from './preferences';

type Sound = Pick<SendPreferences, 'dtx' | 'fec'>;

/**
 * Puts our wishes for Opus into the server's answer: a browser encodes as the other side says that it likes to
 * receive. Only the m-lines with these mids, which carry a voice.
 */
export function tuneSound(sdp: string, mids: readonly string[], sound: Sound): string {
  const sections = sdp.split(/(?=^m=)/m);
  return sections
    .map((section) => (isVoice(section, mids) ? tuneSection(section, sound) : section))
    .join('');
}

function isVoice(section: string, mids: readonly string[]): boolean {
  const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
  return section.startsWith('m=audio') && mid !== undefined && mids.includes(mid);
}

function tuneSection(section: string, sound: Sound): string {
  const type = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1];
  if (type === undefined) return section;
  const wishes = { usedtx: sound.dtx ? '1' : '0', useinbandfec: sound.fec ? '1' : '0' };
  const line = new RegExp(`^a=fmtp:${type} (.*?)(\\r?)$`, 'm');
  if (!line.test(section)) {
    const map = new RegExp(`^(a=rtpmap:${type} .*?)(\\r?)$`, 'm');
    return section.replace(map, `$1$2\n${`a=fmtp:${type} ${join(wishes)}`}$2`);
  }
  return section.replace(line, (_, old: string, end: string) => {
    const pairs = old
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '' && !/^(usedtx|useinbandfec)=/i.test(pair));
    return `a=fmtp:${type} ${[...pairs, join(wishes)].join(';')}${end}`;
  });
}

function join(wishes: Record<string, string>): string {
  return Object.entries(wishes)
    .map(([key, value]) => `${key}=${value}`)
    .join(';');
}
