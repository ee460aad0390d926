// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeCall } from '../../call/testing/call';
import { keepReturn, returning } from './comingBack';

const code = 'abcde-fghjk';

beforeEach(() => sessionStorage.clear());

describe('the way back', () => {
  it('is kept with what was on, until one leaves', async () => {
    const call = fakeCall();
    const onPlace = keepReturn(code, call.engine);
    await call.join({ ...call.tracks(), onPlace });
    expect(returning(code)).toMatchObject({
      place: { ticket: 'ticket-1' },
      microphone: true,
      camera: true,
    });
    await call.engine.setMicrophone(false);
    expect(returning(code)).toMatchObject({ microphone: false, camera: true });
    await call.engine.leave();
    expect(returning(code)).toBeUndefined();
    window.dispatchEvent(new Event('pagehide'));
    expect(returning(code)).toBeUndefined();
  });

  it('grows old', async () => {
    const call = fakeCall();
    await call.join({ onPlace: keepReturn(code, call.engine) });
    expect(returning(code, Date.now() + 59_000)).toBeDefined();
    expect(returning(code, Date.now() + 61_000)).toBeUndefined();
    expect(returning('other-codes')).toBeUndefined();
  });

  it.each(['{', '"x"', '{"at":1}', '[]'])('is none for %s', (text) => {
    sessionStorage.setItem(`plenum.place.${code}`, text);
    expect(returning(code, 2)).toBeUndefined();
  });
});
