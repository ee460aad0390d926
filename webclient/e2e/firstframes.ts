import type { Person } from './person';

/** The first frame that a slot carries of somebody. */
export interface FirstFrame {
  slot: number;
  /** Number of the publication: the contributing source of its packets. */
  publication: number;
  type: 'key' | 'delta' | 'empty';
}

declare global {
  interface Window {
    __firstFrames?: FirstFrame[];
  }
}

/** What a worker gets of a receiver's transform; the DOM library has no word for it. */
interface Transformer {
  readable: ReadableStream<RTCEncodedVideoFrame>;
  writable: WritableStream<RTCEncodedVideoFrame>;
  options: unknown;
}

/**
 * Notes, from the next page load on, how each publication begins in each slot. A VP8 decoder does not complain of a
 * picture that builds on somebody else's: it shows a smear. Only the frames themselves tell.
 */
export async function noteFirstFrames(viewer: Person): Promise<void> {
  await viewer.context.addInitScript(() => {
    const found: FirstFrame[] = [];
    window.__firstFrames = found;
    const look = () => {
      addEventListener('rtctransform', (event) => {
        const { transformer } = event as Event & { transformer: Transformer };
        const { slot } = transformer.options as { slot: number };
        let last = 0;
        const transform = new TransformStream<RTCEncodedVideoFrame, RTCEncodedVideoFrame>({
          transform(frame, controller) {
            const publication = frame.getMetadata().contributingSources?.[0] ?? 0;
            if (publication !== last) postMessage({ slot, publication, type: frame.type });
            last = publication;
            controller.enqueue(frame);
          },
        });
        void transformer.readable.pipeThrough(transform).pipeTo(transformer.writable);
      });
    };
    const code = new Blob([`(${look.toString()})()`], { type: 'text/javascript' });
    const worker = new Worker(URL.createObjectURL(code));
    worker.onmessage = ({ data }: MessageEvent<FirstFrame>) => found.push(data);
    let slots = 0;
    const { prototype } = RTCPeerConnection;
    prototype.addTransceiver = new Proxy(prototype.addTransceiver, {
      apply(
        target,
        connection: RTCPeerConnection,
        args: Parameters<typeof prototype.addTransceiver>,
      ) {
        const transceiver = Reflect.apply(target, connection, args);
        if (args[0] === 'video' && args[1]?.direction === 'recvonly') {
          transceiver.receiver.transform = new RTCRtpScriptTransform(worker, { slot: slots++ });
        }
        return transceiver;
      },
    });
  });
}

export async function firstFrames(viewer: Person): Promise<FirstFrame[]> {
  return viewer.page.evaluate(() => window.__firstFrames ?? []);
}
