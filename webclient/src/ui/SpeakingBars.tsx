/** Three bars that move while somebody speaks. */
export function SpeakingBars() {
  return (
    <span
      className="inline-flex h-4 w-4 shrink-0 items-center gap-[2px] text-link"
      aria-hidden="true"
    >
      <span className="h-2 w-[3px] animate-bar rounded-full bg-current" />
      <span className="h-3.5 w-[3px] animate-bar rounded-full bg-current [animation-delay:-350ms]" />
      <span className="h-2.5 w-[3px] animate-bar rounded-full bg-current [animation-delay:-180ms]" />
    </span>
  );
}
