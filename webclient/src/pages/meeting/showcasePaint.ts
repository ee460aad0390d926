const rooms = [
  '#3f5a52',
  '#4a5868',
  '#7a6656',
  '#55604a',
  '#3f6472',
  '#7d565a',
  '#50505a',
  '#62587a',
];
const skins = [
  '#c98f72',
  '#d3a484',
  '#a9714f',
  '#c08a66',
  '#b07a55',
  '#d9ab8b',
  '#6b4a38',
  '#cf9b7a',
];
const hairs = [
  '#8a8580',
  '#77706a',
  '#2f2622',
  '#2a2421',
  '#3a2f28',
  '#a97f45',
  '#1f1a18',
  '#b5863f',
];
const coats = [
  '#1d2428',
  '#c9c2b6',
  '#2d4a7a',
  '#5a2730',
  '#6a3325',
  '#9aa3ad',
  '#2a2f3a',
  '#3c3a4a',
];

/** A head and shoulders, as a camera would send them. */
export function paintPerson(i: number): MediaStream {
  return painted(640, 360, (context) => {
    const pick = (list: string[], step: number) => list[(i * step) % list.length] ?? '#555';
    const ground = context.createLinearGradient(0, 0, 640, 360);
    ground.addColorStop(0, pick(rooms, 1));
    ground.addColorStop(1, '#20242a');
    context.fillStyle = ground;
    context.fillRect(0, 0, 640, 360);
    shape(context, pick(coats, 1), 320, 380, 150, 110);
    shape(context, pick(hairs, 1), 320, 150, 76, 92);
    context.fillStyle = pick(skins, 1);
    context.fillRect(292, 220, 56, 60);
    shape(context, pick(skins, 1), 320, 178, 60, 78);
  });
}

/** Somebody's shared document. */
export function paintPlan(): MediaStream {
  return painted(1280, 800, (context) => {
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, 1280, 800);
    context.fillStyle = '#14171c';
    context.font = '600 44px sans-serif';
    context.fillText('What we ship in the first half', 64, 120);
    context.font = '20px sans-serif';
    context.fillText('Five promises, each with a date and one owner.', 64, 170);
    ['#2f6fed', '#1d8a68', '#7a4a8c', '#b5651d', '#5b6472'].forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(360 + 130 * i, 250 + 84 * i, 280, 30);
      context.fillStyle = '#14171c';
      context.fillText(`Promise ${i + 1}`, 64, 272 + 84 * i);
    });
  });
}

function painted(
  width: number,
  height: number,
  paint: (context: CanvasRenderingContext2D) => void,
): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return new MediaStream();
  paint(context);
  const stream = canvas.captureStream(5);
  // A canvas sends frames only when it is painted.
  setInterval(() => paint(context), 400);
  return stream;
}

function shape(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  y: number,
  rx: number,
  ry: number,
): void {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  context.fill();
}
