import clsx from 'clsx';
import { avatarColour, initials } from './avatar';

/** Initials on the person's colour; the name stands beside it, so readers skip it. */
export function Avatar({
  id,
  name,
  size = 32,
  className,
}: {
  id: string;
  name: string;
  size?: number;
  className?: string;
}) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'inline-flex shrink-0 items-center justify-center rounded-full font-semibold text-white select-none',
        className,
      )}
      style={{
        width: size,
        height: size,
        fontSize: Math.max(11, size * 0.38),
        background: avatarColour(id),
      }}
    >
      {initials(name)}
    </span>
  );
}
