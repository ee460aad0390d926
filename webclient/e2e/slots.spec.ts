import { decoding, describeFreezes, expectNoDecoderError } from './decoding';
import { decoderErrors, test } from './medialog';
import { expect } from './fixtures';
import { sitDown, turnPages } from './seats';
import type { Four } from './seats';
import { describeVisits, standstills } from './turns';

test('one slot changes person and codec twenty times, and nobody freezes', async ({
  member,
  mediaLog,
}) => {
  const joan = await member('Joan');
  const names = ['Ada', 'Grace', 'Alan', 'Edsger'];
  const people = (await Promise.all(names.map((name) => member(name)))) as Four;
  const mid = await sitDown(joan, people, ['vp8', 'h264', 'vp9', 'av1']);
  const start = await decoding(joan, mid);
  const visits = await turnPages(joan, people, mid);
  const end = await decoding(joan, mid);
  console.log(`${describeVisits(visits)}; ${describeFreezes(start, end)}`);
  expect(standstills(visits)).toEqual([]);
  expectNoDecoderError({ ...start, decoder: end.decoder }, end);
  expect(await decoderErrors(mediaLog)).toEqual([]);
});
