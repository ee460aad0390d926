import { useEffect, useRef } from 'react';
import { levelOf } from './level';

const bars = Array.from({ length: 16 }, (_, i) => i);

/** Shows that a microphone hears. Drawn outside of React: it moves at every frame. */
export function LevelMeter({ track, label }: { track: MediaStreamTrack; label: string }) {
  const meter = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    // Browsers let a page hear itself only after a click, unless it captures already.
    const wake = () => void context.resume().catch(() => {});
    wake();
    window.addEventListener('pointerdown', wake);

    let shown = 0;
    let frame = 0;
    const draw = () => {
      analyser.getFloatTimeDomainData(samples);
      // Falls slower than it rises, as the eye wants it.
      shown = Math.max(levelOf(samples), shown * 0.92);
      const lit = Math.round(shown * bars.length);
      const element = meter.current;
      if (element !== null && element.getAttribute('aria-valuenow') !== String(lit)) {
        element.setAttribute('aria-valuenow', String(lit));
        Array.from(element.children).forEach((bar, i) => bar.toggleAttribute('data-lit', i < lit));
      }
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('pointerdown', wake);
      void context.close();
    };
  }, [track]);

  return (
    <span
      ref={meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={bars.length}
      aria-valuenow={0}
      className="flex h-2.5 max-w-32 gap-[3px]"
    >
      {bars.map((i) => (
        <span key={i} className="min-w-0 grow rounded-[2px] bg-surface-3 data-lit:bg-green" />
      ))}
    </span>
  );
}
