import { defineConfig } from '@playwright/test';
import { browserArgs, executablePath } from './e2e/browser';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One browser with four tabs fills two cores; a second worker would only make both late.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [['list']],
  use: {
    headless: true,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: browserArgs },
  },
});
