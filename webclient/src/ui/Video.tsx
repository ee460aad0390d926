import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';

/** One moving picture without sound. Upright cameras are shown whole, flat ones fill the frame. */
export function Video({
  stream,
  fit = 'camera',
  mirrored = false,
  className,
}: {
  stream: MediaStream;
  fit?: 'camera' | 'whole';
  mirrored?: boolean;
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
