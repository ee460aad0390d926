import type { Locator } from '@playwright/test';
import jsQR from 'jsqr';

// Readers see more points than a screenshot has.
const scale = 3;

/** What the camera of a phone reads in a picture on the page; empty if it reads nothing. */
export async function readCode(picture: Locator): Promise<string> {
  const shot = (await picture.screenshot()).toString('base64');
  // The policy of our own pages would forbid what follows.
  const blank = await picture.page().context().newPage();
  const [width, height, points] = await blank.evaluate(
    async ([shot, scale]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${shot}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width * scale, image.height * scale);
      const brush = canvas.getContext('2d')!;
      brush.drawImage(image, 0, 0, canvas.width, canvas.height);
      const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.width, canvas.height, [...data]] as const;
    },
    [shot, scale] as const,
  );
  await blank.close();
  return jsQR(Uint8ClampedArray.from(points), width, height)?.data ?? '';
}
