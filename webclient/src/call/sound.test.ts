import { describe, expect, it } from 'vitest';
import { tuneSound } from './sound';

const answer = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:2',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  '',
].join('\r\n');

describe('the answer for a voice', () => {
  it('asks for DTX and correction, and touches nothing else', () => {
    const tuned = tuneSound(answer, ['0'], { dtx: true, fec: true }).split('\r\n');
    const before = answer.split('\r\n');
    expect(tuned[4]).toBe('a=fmtp:111 minptime=10;usedtx=1;useinbandfec=1');
    expect(tuned.filter((_, i) => i !== 4)).toEqual(before.filter((_, i) => i !== 4));
  });

  it('says no to both just as well', () => {
    const tuned = tuneSound(answer, ['0'], { dtx: false, fec: false });
    expect(tuned).toContain('a=fmtp:111 minptime=10;usedtx=0;useinbandfec=0\r\n');
  });

  it('gets a line where there was none', () => {
    const bare = answer.replace(/a=fmtp:111.*\r\n/, '');
    expect(tuneSound(bare, ['0'], { dtx: true, fec: true })).toContain(
      'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 usedtx=1;useinbandfec=1\r\n',
    );
  });

  it.each(['', 'v=0', 'm=audio', 'm=audio 9 X 1\na=mid:0\na=rtpmap:x opus/1'])(
    'leaves %j alone',
    (sdp) => {
      expect(tuneSound(sdp, ['0'], { dtx: true, fec: true })).toBe(sdp);
    },
  );
});
