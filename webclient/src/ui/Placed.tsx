import type { ReactNode } from 'react';
import type { Rect } from '../layout';

/** One rectangle of a layout; when its place changes it glides there. */
export function Placed({ rect, children }: { rect: Rect; children: ReactNode }) {
  return (
    <div
      // The stage says which way is forward; in a mirrored frame places are mirrored.
      className="absolute start-0 top-0 transition-transform duration-[250ms] ease-plenum"
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(calc(${rect.x}px * var(--forward, 1)), ${rect.y}px)`,
      }}
    >
      {children}
    </div>
  );
}
