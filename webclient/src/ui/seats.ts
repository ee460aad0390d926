/** A seat is a rounded stroke on a circle: its path, around (x, y), seen from the floor at `angle` degrees. */
export function seat(x: number, y: number, radius: number, angle: number, half: number): string {
  const at = (degrees: number) => {
    const rad = (degrees * Math.PI) / 180;
    return `${round(x + radius * Math.cos(rad))} ${round(y - radius * Math.sin(rad))}`;
  };
  return `M${at(angle + half)}A${radius} ${radius} 0 0 1 ${at(angle - half)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
