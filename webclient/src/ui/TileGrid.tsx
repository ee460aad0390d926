import type { ReactNode } from 'react';
import { tiles } from '../layout';
import type { Rect } from '../layout';

/** Puts children at their places; one that moves glides there. */
export function TileGrid<T>({
  items,
  width,
  height,
  gap,
  phone,
  keyOf,
  draw,
}: {
  items: readonly T[];
  width: number;
  height: number;
  gap: number;
  phone: boolean;
  keyOf: (item: T) => string;
  draw: (item: T, rect: Rect) => ReactNode;
}) {
  const { positions } = tiles({ count: items.length, width, height, gap, phone });
  return (
    <>
      {items.map((item, i) => {
        const rect = positions[i];
        if (rect === undefined) return null;
        return (
          <Placed key={keyOf(item)} rect={rect}>
            {draw(item, rect)}
          </Placed>
        );
      })}
    </>
  );
}

/** One rectangle of a layout. */
export function Placed({ rect, children }: { rect: Rect; children: ReactNode }) {
  return (
    <div
      className="absolute top-0 left-0 transition-transform duration-[250ms] ease-plenum"
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(${rect.x}px, ${rect.y}px)`,
      }}
    >
      {children}
    </div>
  );
}
