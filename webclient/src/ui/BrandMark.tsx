import clsx from 'clsx';
import { seat } from './seats';

const outer = [160, 125, 90, 55, 20];
const inner = [147, 90, 33];
const lit = 55;

/** The chamber: the floor, two rows of seats and one lit seat. Below 20 px the inner row goes. */
export function BrandMark({ size = 28, className }: { size?: number; className?: string }) {
  const small = size < 20;
  const width = small ? 32 : 26;
  return (
    <svg
      viewBox="0 0 184 112"
      width={size}
      height={(size * 112) / 184}
      className={clsx('shrink-0', className)}
      aria-hidden="true"
      fill="none"
      strokeLinecap="round"
    >
      <circle cx="92" cy="97" r={small ? 17 : 14} fill="currentColor" />
      {!small &&
        inner.map((angle) => (
          <path
            key={angle}
            d={seat(92, 97, 42, angle, 10.5)}
            stroke="currentColor"
            strokeWidth="23"
          />
        ))}
      {outer.map((angle) => (
        <path
          key={angle}
          d={seat(92, 97, 82, angle, 6.2)}
          stroke={angle === lit ? 'var(--lit)' : 'currentColor'}
          strokeWidth={width}
        />
      ))}
    </svg>
  );
}
