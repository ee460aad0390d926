import { Volume2 } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';

/** Plays everybody's sound. If the browser holds it back, asks for the one click it wants. */
export function AudioSinks({
  streams,
  sink,
}: {
  streams: readonly MediaStream[];
  /** The loudspeaker's device id; empty is the usual one. */
  sink: string;
}) {
  const { t } = useTranslation();
  const elements = useRef(new Set<HTMLAudioElement>());
  const [blocked, setBlocked] = useState(false);

  const hold = useCallback((element: HTMLAudioElement) => {
    elements.current.add(element);
    return () => {
      elements.current.delete(element);
    };
  }, []);

  function playAll() {
    setBlocked(false);
    for (const element of elements.current) {
      element.play().catch(() => setBlocked(true));
    }
  }

  return (
    <>
      {streams.map((stream) => (
        <Sink
          key={stream.id}
          stream={stream}
          device={sink}
          hold={hold}
          onBlocked={() => setBlocked(true)}
        />
      ))}
      {blocked && (
        <div
          role="alert"
          className="absolute inset-x-0 top-14 z-30 mx-auto flex w-fit max-w-[calc(100%-2rem)] items-center gap-4 rounded-full bg-surface-2 py-1.5 ps-5 pe-1.5 text-body shadow-float"
        >
          <span>{t('meeting.hearText')}</span>
          <Button
            kind="amber"
            size="small"
            icon={<Volume2 size={17} aria-hidden="true" />}
            onClick={playAll}
          >
            {t('meeting.hear')}
          </Button>
        </div>
      )}
    </>
  );
}

function Sink({
  stream,
  device,
  hold,
  onBlocked,
}: {
  stream: MediaStream;
  device: string;
  hold: (element: HTMLAudioElement) => () => void;
  onBlocked: () => void;
}) {
  const audio = useRef<HTMLAudioElement>(null);
  const blocked = useRef(onBlocked);
  useEffect(() => {
    blocked.current = onBlocked;
  });
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    const release = hold(element);
    element.srcObject = stream;
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') blocked.current();
    });
    return () => {
      release();
      element.srcObject = null;
    };
  }, [stream, hold]);
  useEffect(() => {
    const element = audio.current;
    if (element === null || !('setSinkId' in element) || element.sinkId === device) return;
    // A loudspeaker that was unplugged: the sound goes on where it came out before.
    element.setSinkId(device).catch(() => {});
  }, [device]);
  // Live speech has no caption track.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  return <audio ref={audio} autoPlay className="hidden" />;
}
