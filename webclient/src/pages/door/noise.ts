const width = 640;
const height = 360;
const block = 20;

/** A moving picture that is hard to compress, so that what is sent is as much as may be sent. */
export function paintNoise(): { track: MediaStreamTrack | null; stop(): void } {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  let turn = 0;
  const paint = () => {
    turn++;
    for (let y = 0; y < height; y += block) {
      for (let x = 0; x < width; x += block) {
        const hue = (x * 7 + y * 13 + turn * 47 + ((x * y * turn) % 89)) % 360;
        if (context) {
          context.fillStyle = `hsl(${hue} 70% ${30 + ((x + y + turn * 9) % 40)}%)`;
          context.fillRect(x, y, block, block);
        }
      }
    }
  };
  paint();
  const timer = setInterval(paint, 50);
  const stream = canvas.captureStream(20);
  return {
    track: stream.getVideoTracks()[0] ?? null,
    stop() {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
