import { describe, expect, it } from 'vitest';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';

describe('a screen share', () => {
  it('is a publication beside the camera, with its sound', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    await call.engine.shareScreen();
    expect(call.state.screen).toMatchObject({ on: true, busy: false, hasAudio: true });
    const up = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(up[1]?.sources?.map(({ source }) => source)).toEqual([
      'microphone',
      'camera',
      'screen',
      'screen-audio',
    ]);
    const { transceivers } = call.connection('sendonly');
    expect(transceivers[2]?.sender.encodings).toHaveLength(1);
    expect(transceivers[1]?.sender.track?.readyState).toBe('live');
    expect(call.engine.videoOf('ada', 'screen')).not.toBeNull();
  });

  it('ends by our button, and the next one needs no offer', async () => {
    const call = fakeCall();
    await call.join();
    await call.engine.shareScreen();
    await call.engine.stopShare();
    const { socket } = call.server;
    expect(call.state.screen).toMatchObject({ on: false, busy: false, hasAudio: false });
    expect(call.devices.live()).toHaveLength(0);
    expect(socket.all('publication:set').slice(-2)).toEqual([
      { source: 'screen', live: false },
      { source: 'screen-audio', live: false },
    ]);
    await call.engine.shareScreen();
    expect(socket.all('publication:set').slice(-2)).toEqual([
      { source: 'screen', live: true },
      { source: 'screen-audio', live: true },
    ]);
    expect(socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(1);
  });

  it("ends by the browser's own button", async () => {
    const call = fakeCall();
    await call.join();
    await call.engine.shareScreen();
    call.devices.opened[0]!.end();
    await settled();
    expect(call.state.screen.on).toBe(false);
    expect(call.devices.live()).toHaveLength(0);
  });

  it('keeps letters sharp unless movement is what is shown', async () => {
    const call = fakeCall();
    await call.join();
    await call.engine.shareScreen();
    const [picture] = call.devices.opened;
    expect(picture?.contentHint).toBe('text');
    await call.engine.preferShare('motion');
    expect(picture?.contentHint).toBe('motion');
    expect(picture?.constraints).toEqual({ frameRate: { max: 30 } });
    await call.engine.stopShare();
    await call.engine.shareScreen();
    expect(call.devices.opened.at(-2)?.contentHint).toBe('motion');
    expect(call.state.screen).toMatchObject({ on: true, preset: 'motion', surface: 'window' });
  });

  it('without sound has no sound', async () => {
    const call = fakeCall();
    call.devices.displayHasSound = false;
    await call.join();
    await call.engine.shareScreen();
    expect(call.state.screen).toMatchObject({ on: true, busy: false, hasAudio: false });
  });

  it('leaves everything as it was when the person changes their mind', async () => {
    const call = fakeCall();
    await call.join();
    call.devices.refusal = 'NotAllowedError';
    await call.engine.shareScreen();
    expect(call.state.screen).toMatchObject({ on: false, busy: false, hasAudio: false });
    expect(call.connections).toHaveLength(1);
  });

  it('that has ended stays ended when the camera comes', async () => {
    const call = fakeCall();
    await call.join();
    await call.engine.shareScreen();
    await call.engine.stopShare();
    const before = call.server.socket.all('publication:set').length;
    await call.engine.setCamera(true);
    // The offer for the camera names the m-lines of the share too.
    expect(call.server.socket.all('publication:set').slice(before)).toEqual([
      { source: 'screen', live: false },
      { source: 'screen-audio', live: false },
    ]);
  });
});
