import { seat } from './seats';

const floor = { x: 366, y: 771 };
const rows = [143, 206, 269, 332, 395, 458, 521, 584];
const lit = { row: 5 };

interface Seat {
  path: string;
  opacity: number;
  tint: string;
}

// A fixed sequence in place of chance: the picture is the same at every visit.
function shade(row: number, index: number): number {
  const value = Math.sin(row * 12.9898 + index * 78.233) * 43758.5453;
  return value - Math.floor(value);
}

function seatsOf(row: number): Seat[] {
  const radius = rows[row] ?? 0;
  const count = Math.round((Math.PI * radius) / 45);
  return Array.from({ length: count }, (_, index) => {
    const value = shade(row, index);
    return {
      path: seat(floor.x, floor.y, radius, angleOf(row, index), (5.5 / radius) * 57.3),
      opacity: 0.35 + 0.5 * value,
      tint: value > 0.55 ? '#5b6a8c' : '#606874',
    };
  });
}

function angleOf(row: number, index: number): number {
  const count = Math.round((Math.PI * (rows[row] ?? 0)) / 45);
  return 180 - ((index + 0.5) * 180) / count;
}

/** The picture beside the sign-in form: rows of seats around a floor, one of them lit. */
export function Chamber() {
  const count = Math.round((Math.PI * (rows[lit.row] ?? 0)) / 45);
  const index = Math.round(count * 0.635);
  const radius = rows[lit.row] ?? 0;
  const angle = (angleOf(lit.row, index) * Math.PI) / 180;
  const at = { x: floor.x + radius * Math.cos(angle), y: floor.y - radius * Math.sin(angle) };
  return (
    <svg
      viewBox="0 0 733 868"
      preserveAspectRatio="xMidYMax slice"
      className="absolute inset-0 size-full"
      aria-hidden="true"
      fill="none"
      strokeLinecap="round"
    >
      <defs>
        <radialGradient
          id="chamber-ground"
          gradientUnits="userSpaceOnUse"
          cx="366"
          cy="430"
          r="560"
        >
          <stop offset="0" stopColor="#272d38" />
          <stop offset="0.55" stopColor="#191e26" />
          <stop offset="1" stopColor="#0f1115" />
        </radialGradient>
        <radialGradient id="chamber-glow">
          <stop offset="0" stopColor="#f5b83d" stopOpacity="0.34" />
          <stop offset="1" stopColor="#f5b83d" stopOpacity="0" />
        </radialGradient>
        <linearGradient
          id="chamber-voice"
          gradientUnits="userSpaceOnUse"
          x1={floor.x}
          y1={floor.y}
          x2={at.x}
          y2={at.y}
        >
          <stop offset="0.2" stopColor="#f5b83d" stopOpacity="0" />
          <stop offset="1" stopColor="#f5b83d" stopOpacity="0.9" />
        </linearGradient>
      </defs>
      <rect x="-800" y="-600" width="2400" height="1600" fill="url(#chamber-ground)" />
      {Array.from({ length: 37 }, (_, i) => {
        const ray = (i * 5 * Math.PI) / 180;
        return (
          <line
            key={i}
            x1={floor.x}
            y1={floor.y}
            x2={floor.x + 1100 * Math.cos(ray)}
            y2={floor.y - 1100 * Math.sin(ray)}
            stroke="#ffffff"
            strokeOpacity="0.045"
          />
        );
      })}
      {rows.map((_, row) =>
        seatsOf(row).map((each, i) => (
          <path
            key={`${row}-${i}`}
            d={each.path}
            stroke={each.tint}
            strokeOpacity={row === lit.row && i === index ? 0 : each.opacity}
            strokeWidth="18"
          />
        )),
      )}
      <circle cx={at.x} cy={at.y} r="66" fill="url(#chamber-glow)" />
      <line
        x1={floor.x}
        y1={floor.y}
        x2={at.x}
        y2={at.y}
        stroke="url(#chamber-voice)"
        strokeWidth="2.5"
      />
      <path
        d={seat(floor.x, floor.y, radius, angleOf(lit.row, index), (5.5 / radius) * 57.3)}
        stroke="#f5b83d"
        strokeWidth="19"
      />
      <circle cx={floor.x} cy={floor.y} r="21" fill="#f4f5f7" />
    </svg>
  );
}
