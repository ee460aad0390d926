import { CallEngine } from '..';
import type { JoinOptions } from '..';
import type { JoinAnswer } from '../../api';
import { Clock, settled } from './clock';
import { FakePeerConnection } from './connection';
import { FakeDevices, FakeStream } from './media';
import type { FakeTrack } from './media';
import { FakeServer } from './server';

const answer: JoinAnswer = {
  grant: 'grant-1',
  socketUrl: '/ws',
  iceServers: [{ urls: 'stun:127.0.0.1:3478' }],
  participant: { id: 'ada', name: 'ada', role: 'PARTICIPANT', guest: false },
  meeting: {
    code: 'abcde-fghjk',
    title: 'Monday',
    hostName: 'Ada',
    live: true,
    guestsAllowed: true,
    lobby: false,
  },
  participants: [],
  status: 'JOINED',
};

const codec = (mimeType: string, sdpFmtpLine?: string): RTCRtpCodec => ({
  mimeType,
  clockRate: 90_000,
  ...(sdpFmtpLine !== undefined && { sdpFmtpLine }),
});

/** As a Chromium lists them, shortened. */
export const capabilities = {
  audio: [codec('audio/red'), codec('audio/opus'), codec('audio/PCMU')],
  video: [
    codec('video/VP8'),
    codec('video/rtx'),
    codec('video/VP9', 'profile-id=0'),
    codec('video/VP9', 'profile-id=2'),
    codec('video/H264', 'packetization-mode=1;profile-level-id=42001f'),
    codec('video/H264', 'packetization-mode=0;profile-level-id=42e01f'),
    codec('video/H264', 'packetization-mode=1;profile-level-id=42e01f'),
    codec('video/AV1', 'level-idx=5;profile=0;tier=0'),
    codec('video/AV1', 'level-idx=5;profile=1;tier=0'),
  ],
};

/** An engine with nothing real around it. */
export function fakeCall() {
  const clock = new Clock();
  const server = new FakeServer();
  const devices = new FakeDevices();
  const connections: FakePeerConnection[] = [];
  const apiCalls: string[] = [];
  let ids = 0;
  const engine = new CallEngine({
    socket: (url, protocols) => server.connect(url, protocols),
    peerConnection: (config) => {
      const pc = new FakePeerConnection(config);
      connections.push(pc);
      return pc as unknown as RTCPeerConnection;
    },
    mediaStream: (tracks) =>
      new FakeStream(tracks as unknown as FakeTrack[]) as unknown as MediaStream,
    mediaDevices: devices,
    receiverCodecs: (kind) => capabilities[kind],
    serverUrl: () => 'https://plenum.example/m/abcde-fghjk',
    id: () => `id-${++ids}`,
    timers: clock,
  });
  const call = {
    clock,
    server,
    devices,
    connections,
    engine,
    apiCalls,
    /** What the REST API does; a test may replace it. */
    api: async (): Promise<JoinAnswer> => answer,
    get state() {
      return engine.getState();
    },
    /** The last connection whose m-lines go this way. */
    connection(direction: 'sendonly' | 'recvonly'): FakePeerConnection {
      const found = [...connections]
        .reverse()
        .find(({ transceivers }) => transceivers[0]?.direction === direction);
      if (found === undefined) throw new Error(`no ${direction} connection`);
      return found;
    },
    async join(with_: Partial<JoinOptions> = {}): Promise<void> {
      const api = () => {
        apiCalls.push('join');
        return call.api();
      };
      void engine.join({ code: 'abcde-fghjk', api, microphone: null, camera: null, ...with_ });
      await settled();
    },
    /** Camera and microphone as the pre-join page hands them over. */
    tracks() {
      return {
        microphone: devices.track('audio').asTrack(),
        camera: devices.track('video', { width: 1280, height: 720 }).asTrack(),
      };
    },
  };
  return call;
}
