/** How many are unread, on the corner of a button. The button itself says it in words. */
export function Badge({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span
      aria-hidden="true"
      className="tabular absolute -top-0.5 -right-0.5 inline-flex h-5 min-w-5 items-center justify-center rounded-full bg-accent px-1.5 text-small font-bold text-on-accent ring-2 ring-canvas"
    >
      {count}
    </span>
  );
}
