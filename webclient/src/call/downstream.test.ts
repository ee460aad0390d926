import { describe, expect, it } from 'vitest';
import type { SlotAssignment } from '../protocol/messages';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';
import type { TileWish } from './state';

type Call = ReturnType<typeof fakeCall>;

const tile = (participant: string, height = 360): TileWish => ({
  participant,
  source: 'camera',
  height,
});

function assign(call: Call, version: number, slots: SlotAssignment[]): void {
  call.server.socket.tell({ type: 'slots:assigned', data: { version, slots } });
}

/** The next packet in the slot comes from this publication. */
function packet(call: Call, mid: string, number: number): void {
  const slot = call.connection('recvonly').transceivers[Number(mid)]!;
  slot.receiver.contributing = [
    ...slot.receiver.contributing,
    { source: number, timestamp: slot.receiver.contributing.length },
  ];
}

const camera = (mid: string, number: number, participant: string): SlotAssignment => ({
  mid,
  number,
  participant,
  source: 'camera',
});

describe('wishes', () => {
  it('are sent once for a layout that settles in steps', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('grace', 100)]);
    call.engine.setTiles([tile('grace', 200)]);
    call.engine.setTiles([tile('grace', 360), tile('alan', 360)]);
    await call.clock.advance(200);
    expect(call.server.socket.all('slots:wish')).toEqual([
      {
        wishes: [
          { mid: '4', participant: 'grace', source: 'camera', height: 360, priority: 100 },
          { mid: '5', participant: 'alan', source: 'camera', height: 360, priority: 100 },
        ],
      },
    ]);
    call.engine.setTiles([tile('grace', 360), tile('alan', 360)]);
    await call.clock.advance(200);
    expect(call.server.socket.all('slots:wish')).toHaveLength(1);
  });

  it('are with the server before the slots can carry anything', async () => {
    const call = fakeCall();
    let sent = -1;
    call.server.replies['webrtc:offer'] = () => {
      const connection = call.connection('recvonly');
      const apply = connection.setRemoteDescription.bind(connection);
      connection.setRemoteDescription = async () => {
        sent = call.server.socket.all('slots:wish').length;
        await apply();
      };
      return { type: 'webrtc:answer', data: { pc: 'down', sdp: 'answer' } };
    };
    call.engine.setTiles([tile('grace')]);
    await call.join();
    expect(sent).toBe(1);
  });

  it('wait until the server knows the slots', async () => {
    const call = fakeCall();
    let answer = () => {};
    call.server.replies['webrtc:offer'] = ({ id }) => {
      answer = () =>
        call.server.socket.reply(id, { type: 'webrtc:answer', data: { pc: 'down', sdp: 'a' } });
      return undefined;
    };
    await call.join();
    call.engine.setTiles([tile('grace')]);
    await call.clock.advance(500);
    expect(call.server.socket.all('slots:wish')).toHaveLength(0);
    answer();
    await call.clock.advance(200);
    expect(call.server.socket.all('slots:wish')).toHaveLength(1);
  });

  it('leave our own tile out', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('ada'), tile('grace')]);
    await call.clock.advance(200);
    const [wish] = call.server.socket.all('slots:wish');
    expect(wish?.wishes.map(({ participant }) => participant)).toEqual(['grace']);
  });

  it('are sent again after coming back', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('grace')]);
    await call.clock.advance(200);
    call.server.socket.drop();
    await call.clock.advance(500);
    expect(call.server.socket.all('slots:wish')).toHaveLength(1);
  });

  it('are tried again when the server did not take them', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['slots:wish'] = () => ({
      type: 'error',
      data: { code: 'too_many', message: 'slower' },
    });
    call.engine.setTiles([tile('grace')]);
    await call.clock.advance(200);
    delete call.server.replies['slots:wish'];
    await call.clock.advance(2_000);
    expect(call.server.socket.all('slots:wish')).toHaveLength(2);
  });
});

describe('the next page', () => {
  const warm = (call: Call) => call.server.socket.all('slots:wish').map((each) => each.warm);

  it('is named beside the wishes, without ourselves and who is shown', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('grace')], ['alan', 'ada', 'grace', 'alan']);
    await call.clock.advance(200);
    call.engine.setTiles([tile('grace')], []);
    await call.clock.advance(200);
    expect(warm(call)).toEqual([[{ participant: 'alan', source: 'camera' }], undefined]);
  });

  it('is no longer than the server takes', async () => {
    const call = fakeCall();
    await call.join();
    const people = Array.from({ length: 60 }, (_, i) => `p${i}`);
    call.engine.setTiles([tile('grace')], people);
    await call.clock.advance(200);
    expect(warm(call)[0]).toHaveLength(49);
  });

  it('is not wanted by who sees no cameras', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('grace')], ['alan']);
    for (const saving of ['sound', 'shares', '360'] as const) {
      call.engine.setSaving(saving);
      await call.clock.advance(200);
    }
    expect(warm(call)).toEqual([undefined, undefined, [{ participant: 'alan', source: 'camera' }]]);
  });
});

describe('the pool', () => {
  it('grows in steps, by one more offer, and never shrinks', async () => {
    const call = fakeCall();
    await call.join();
    const people = Array.from({ length: 12 }, (_, i) => tile(`p${i}`));
    call.engine.setTiles(people);
    await call.clock.advance(500);
    const offers = call.server.socket.all('webrtc:offer');
    expect(offers).toHaveLength(2);
    const videos = offers[1]?.slots?.filter(({ kind }) => kind === 'video');
    expect(videos).toHaveLength(16);
    expect(offers[1]?.slots?.slice(0, 16)).toEqual(offers[0]?.slots);
    const wishes = call.server.socket.all('slots:wish');
    expect(wishes[wishes.length - 1]?.wishes).toHaveLength(12);
    call.engine.setTiles(people.slice(0, 2));
    await call.clock.advance(500);
    call.engine.setTiles(people);
    await call.clock.advance(500);
    expect(call.server.socket.all('webrtc:offer')).toHaveLength(2);
  });

  it('is not wished for where the server has not answered yet', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['webrtc:offer'] = () => undefined;
    call.engine.setTiles(Array.from({ length: 12 }, (_, i) => tile(`p${i}`)));
    await call.clock.advance(500);
    expect(call.server.socket.all('webrtc:offer')).toHaveLength(2);
    const wishes = call.server.socket.all('slots:wish');
    expect(wishes.map((each) => each.wishes.length)).toEqual([9]);
  });

  it('is offered again when the server could not answer', async () => {
    const call = fakeCall();
    call.server.replies['webrtc:offer'] = () => ({
      type: 'error',
      data: { code: 'unavailable', message: 'not now' },
    });
    await call.join();
    delete call.server.replies['webrtc:offer'];
    await call.clock.advance(3_000);
    expect(call.state.connection.down).toBe('connected');
  });

  it('does not change when people come and go', async () => {
    const call = fakeCall();
    await call.join();
    assign(call, 1, [camera('4', 7, 'grace')]);
    assign(call, 2, [camera('4', 0, '')]);
    await settled();
    expect(call.server.socket.all('webrtc:offer')).toHaveLength(1);
  });
});

describe('the slot map', () => {
  it('shows nobody until the slot carries their publication', async () => {
    const call = fakeCall();
    await call.join();
    expect(call.engine.videoOf('grace', 'camera')).toBeNull();
    assign(call, 1, [camera('4', 7, 'grace')]);
    expect(call.engine.videoOf('grace', 'camera')).toBeNull();
    packet(call, '4', 7);
    await call.clock.advance(40);
    expect(call.engine.videoOf('grace', 'camera')).not.toBeNull();
    expect(call.engine.videoOf('grace', 'screen')).toBeNull();
  });

  it('does not show the former person under the name of the next', async () => {
    const call = fakeCall();
    await call.join();
    assign(call, 1, [camera('4', 7, 'grace')]);
    packet(call, '4', 7);
    await call.clock.advance(40);
    const stream = call.engine.videoOf('grace', 'camera');
    assign(call, 2, [camera('4', 8, 'alan')]);
    expect(call.engine.videoOf('grace', 'camera')).toBeNull();
    packet(call, '4', 7);
    await call.clock.advance(200);
    expect(call.engine.videoOf('alan', 'camera')).toBeNull();
    packet(call, '4', 8);
    await call.clock.advance(250);
    expect(call.engine.videoOf('alan', 'camera')).toBe(stream);
  });

  it('tells its listeners when a picture arrives', async () => {
    const call = fakeCall();
    await call.join();
    assign(call, 1, [camera('4', 7, 'grace')]);
    let told = 0;
    call.engine.subscribe(() => told++);
    await call.clock.advance(1_000);
    expect(told).toBe(0);
    packet(call, '4', 7);
    await call.clock.advance(250);
    expect(told).toBeGreaterThan(0);
    // Nothing is waited for any more.
    const after = told;
    await call.clock.advance(4_000);
    expect(told).toBe(after);
  });

  it('ignores a map that a newer one has overtaken', async () => {
    const call = fakeCall();
    await call.join();
    packet(call, '4', 7);
    assign(call, 3, [camera('4', 7, 'grace')]);
    assign(call, 2, [camera('4', 9, 'alan')]);
    await call.clock.advance(100);
    expect(call.engine.videoOf('grace', 'camera')).not.toBeNull();
  });

  it('gives one stream of sound per audio slot, the same ones all along', async () => {
    const call = fakeCall();
    await call.join();
    const streams = call.engine.audioStreams();
    expect(streams).toHaveLength(5);
    assign(call, 1, [{ mid: '0', number: 3, participant: 'grace', source: 'microphone' }]);
    expect(call.engine.audioStreams()).toBe(streams);
  });

  it('survives a connection that failed: the server keeps slots by their mids', async () => {
    const call = fakeCall();
    await call.join();
    assign(call, 1, [camera('4', 7, 'grace')]);
    packet(call, '4', 7);
    await call.clock.advance(40);
    call.connection('recvonly').become('failed');
    await settled();
    expect(call.engine.videoOf('grace', 'camera')).toBeNull();
    packet(call, '4', 7);
    await call.clock.advance(250);
    expect(call.engine.videoOf('grace', 'camera')).not.toBeNull();
  });
});

describe('saving', () => {
  const wishes = (call: Call) => call.server.socket.all('slots:wish');

  it('goes to the server with the wishes, and is taken back', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.setTiles([tile('grace')]);
    await call.clock.advance(200);
    call.engine.setSaving('360');
    expect(call.state.saving).toBe('360');
    await call.clock.advance(200);
    call.engine.setSaving('sound');
    await call.clock.advance(200);
    call.engine.setSaving('auto');
    await call.clock.advance(200);
    const said = wishes(call).map(({ dataSaver, audioOnly }) => [dataSaver, audioOnly]);
    expect(said).toEqual([
      [undefined, undefined],
      [true, undefined],
      [undefined, true],
      [undefined, undefined],
    ]);
    expect(wishes(call).every((each) => each.wishes.length === 1)).toBe(true);
  });

  it('wishes for no camera taller than so, and for none while only shares are wanted', async () => {
    const call = fakeCall();
    await call.join();
    const screen = { ...tile('grace'), source: 'screen' as const, height: 900 };
    call.engine.setTiles([{ ...tile('grace'), height: 900 }, screen]);
    const heights = () =>
      wishes(call)
        .at(-1)
        ?.wishes.map(({ source, height }) => [source, height]);
    const expected = [
      ['auto', 900],
      ['720', 720],
      ['360', 360],
    ] as const;
    for (const [saving, height] of expected) {
      call.engine.setSaving(saving);
      await call.clock.advance(200);
      expect(heights()).toEqual([
        ['camera', height],
        ['screen', 900],
      ]);
    }
    call.engine.setSaving('shares');
    await call.clock.advance(200);
    expect(heights()).toEqual([['screen', 900]]);
  });

  it('wishes for nothing rather than not at all, which would be anybody', async () => {
    const call = fakeCall();
    await call.join({ saving: 'shares' });
    call.engine.setTiles([tile('grace')]);
    await call.clock.advance(200);
    expect(wishes(call)).toEqual([{ wishes: [] }]);
    call.engine.setTiles([tile('alan')]);
    await call.clock.advance(200);
    expect(wishes(call)).toHaveLength(1);
  });

  it('is said without any tile, and again after coming back', async () => {
    const call = fakeCall();
    await call.join({ saving: '360' });
    await call.clock.advance(200);
    expect(wishes(call)).toEqual([{ wishes: [], dataSaver: true }]);
    call.server.socket.drop();
    await call.clock.advance(2_000);
    expect(call.state.phase).toBe('joined');
    expect(wishes(call)).toEqual([{ wishes: [], dataSaver: true }]);
  });
});

it('keeps what the server says of the quality until the connection is another one', async () => {
  const call = fakeCall();
  await call.join();
  const quality = { up: 90, down: 20, estimate: 800_000, slots: [], others: { grace: 30 } };
  call.server.socket.tell({ type: 'quality:changed', data: quality });
  expect(call.state.quality).toEqual(quality);
  call.server.socket.drop();
  await call.clock.advance(2_000);
  expect(call.state.quality).toBeUndefined();
});
