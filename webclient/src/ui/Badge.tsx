import clsx from 'clsx';

/** How many are unread, or ask for something, on the corner of a button. The button itself says it in words. */
export function Badge({ count, amber = false }: { count: number; amber?: boolean }) {
  if (count === 0) return null;
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'tabular absolute -end-0.5 -top-0.5 inline-flex h-5 min-w-5 items-center justify-center rounded-full px-1.5 text-small font-bold ring-2 ring-canvas',
        amber ? 'bg-amber text-on-amber' : 'bg-accent text-on-accent',
      )}
    >
      {count}
    </span>
  );
}
