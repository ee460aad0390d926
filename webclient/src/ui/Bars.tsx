/** Network bars: so many of four are lit. The words beside them say what they mean. */
export function Bars({ lit, className }: { lit: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 18 16"
      width="18"
      height="16"
      className={className}
      aria-hidden="true"
      fill="currentColor"
    >
      {[0, 1, 2, 3].map((i) => (
        <rect
          key={i}
          x={i * 4.6}
          y={11 - i * 3.4}
          width="3.2"
          height={5 + i * 3.4}
          rx="1.2"
          opacity={i < lit ? 1 : 0.3}
        />
      ))}
    </svg>
  );
}
