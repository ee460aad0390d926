import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';

/** Asks for the next frame that is shown: its RTP timestamp, and when, in milliseconds since 1970. */
type NextFrame = (f: (frame: { rtp: number; at: number }) => void) => void;

/** Takes where the frames of a stream can be seen; returns a function that takes it back. */
export type WatchFrames = (stream: MediaStream, next: NextFrame) => () => void;

/** One moving picture without sound. Upright cameras are shown whole, flat ones fill the frame. */
export function Video({
  stream,
  fit = 'camera',
  mirrored = false,
  watch,
  className,
}: {
  stream: MediaStream;
  fit?: 'camera' | 'whole';
  mirrored?: boolean;
  watch?: WatchFrames | undefined;
  className?: string;
}) {
  const video = useRef<HTMLVideoElement>(null);
  const [upright, setUpright] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = stream;
    // Refused only while the page is hidden or going away; the next stream plays again.
    element.play().catch(() => {});
    return () => {
      element.srcObject = null;
    };
  }, [stream]);

  useEffect(() => {
    const element = video.current;
    if (element === null || !watch || !('requestVideoFrameCallback' in element)) return;
    return watch(stream, (f) => {
      element.requestVideoFrameCallback((_, { presentationTime, rtpTimestamp }) => {
        if (rtpTimestamp === undefined) return;
        f({ rtp: rtpTimestamp, at: Date.now() - performance.now() + presentationTime });
      });
    });
  }, [stream, watch]);

  return (
    <video
      ref={video}
      autoPlay
      playsInline
      muted
      tabIndex={-1}
      onResize={(event) => {
        const { videoWidth, videoHeight } = event.currentTarget;
        setUpright(videoHeight > videoWidth);
      }}
      className={clsx(
        'absolute inset-0 size-full',
        fit === 'whole' || upright ? 'object-contain' : 'object-cover',
        mirrored && '-scale-x-100',
        className,
      )}
    />
  );
}
