import { describe, expect, it } from 'vitest';
import { audioCodecs, has, isProfile, videoCodecs } from './codecs';
import { capabilities } from './testing/call';

const short = (codecs: RTCRtpCodec[]) =>
  codecs.map(({ mimeType, sdpFmtpLine }) => [mimeType.split('/')[1], sdpFmtpLine].join(' ').trim());

describe('what is offered', () => {
  it('is one profile of each codec, then what repairs them', () => {
    expect(short(videoCodecs(capabilities.video))).toEqual([
      'VP8',
      'VP9 profile-id=0',
      'H264 packetization-mode=1;profile-level-id=42e01f',
      'AV1 level-idx=5;profile=0;tier=0',
      'rtx',
    ]);
  });

  it('begins with the codec that somebody chose', () => {
    expect(short(videoCodecs(capabilities.video, 'AV1'))[0]).toMatch(/^AV1/);
    expect(videoCodecs(capabilities.video, 'AV1')).toHaveLength(5);
  });

  it('is what the browser has, and nothing else', () => {
    expect(videoCodecs([])).toEqual([]);
    const without = capabilities.video.filter(({ mimeType }) => mimeType !== 'video/H264');
    expect(has(without, 'H264')).toBe(false);
    expect(has(capabilities.video, 'H264')).toBe(true);
    expect(has(undefined, 'VP8')).toBe(false);
  });

  it('has redundant sound behind plain, or in front of it where it is wanted', () => {
    expect(short(audioCodecs(capabilities.audio))).toEqual(['opus', 'red']);
    expect(short(audioCodecs(capabilities.audio, true))).toEqual(['red', 'opus']);
  });
});

it.each([
  ['video/H264', 'profile-level-id=42E01F; packetization-mode=1', 'H264', true],
  ['video/h264', 'profile-level-id=640c1f;packetization-mode=1', 'H264', false],
  ['video/H264', undefined, 'H264', false],
  ['video/VP9', undefined, 'VP9', true],
  ['video/VP9', 'profile-id=1', 'VP9', false],
  ['video/AV1', undefined, 'AV1', true],
  ['video/vp8', undefined, 'VP8', true],
  ['video/VP8', undefined, 'VP9', false],
] as const)('%s with %s as %s: %s', (mimeType, sdpFmtpLine, codec, yes) => {
  expect(isProfile({ mimeType, ...(sdpFmtpLine && { sdpFmtpLine }) }, codec)).toBe(yes);
});
