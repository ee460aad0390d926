import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';

// E2E_WIDTHS=1440,390 leaves the others out.
const widths = process.env['E2E_WIDTHS']?.split(',').map(Number);
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 834, height: 1112 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
].filter(({ width }) => widths?.includes(width) ?? true);

const looks = {
  light: { colorScheme: 'light', contrast: 'no-preference' },
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  contrast: { colorScheme: 'dark', contrast: 'more' },
} as const;

export type Look = keyof typeof looks;

const directory = resolve(import.meta.dirname, '../../.bin/screenshots');

export async function emptyStudio(): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
}

/** Pictures of the page as it stands, one for each size and look. */
export async function shoot(
  page: Page,
  name: string,
  wanted: readonly Look[] = ['light', 'dark'],
): Promise<void> {
  const before = page.viewportSize()!;
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const look of wanted) {
      await page.emulateMedia({ ...looks[look], reducedMotion: 'reduce' });
      await page.evaluate(() => document.fonts.ready);
      // Tiles find their places within a few frames, and painted people theirs in the picture.
      await page.waitForTimeout(400);
      const file = `${name}-${look}-${size.width}x${size.height}.png`;
      await page.screenshot({ path: join(directory, file), animations: 'disabled' });
    }
  }
  await page.setViewportSize(before);
}
