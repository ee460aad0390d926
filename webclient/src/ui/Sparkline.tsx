import clsx from 'clsx';

const width = 300;
const height = 32;

/** The last minute of one figure, oldest first; the newest stands at the end. The figure itself is said beside it. */
export function Sparkline({
  values,
  places,
  tone,
}: {
  values: readonly number[];
  /** How many values fill it. */
  places: number;
  tone: 'sent' | 'received';
}) {
  const most = Math.max(1, ...values) * 1.15;
  const from = places - values.length;
  const points = values.map((value, i) => {
    const x = ((from + i) / (places - 1)) * width;
    return `${x.toFixed(1)} ${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  const start = ((from / (places - 1)) * width).toFixed(1);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className={clsx(
        'my-2 block h-10 w-full border-b border-hairline rtl:-scale-x-100',
        tone === 'sent' ? 'text-focus' : 'text-green',
      )}
    >
      {points.length > 1 && (
        <>
          <path
            d={`${line}L${width} ${height}L${start} ${height}Z`}
            fill="currentColor"
            opacity="0.16"
          />
          <path
            d={line}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.75"
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}
