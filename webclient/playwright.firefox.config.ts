import { defineConfig } from '@playwright/test';
import everyday from './playwright.config';
import { firefoxPath, firefoxPrefs } from './e2e/firefox';

/** What has to hold in Firefox too. */
export default defineConfig(everyday, {
  testMatch: '**/*.firefox.ts',
  use: {
    browserName: 'firefox',
    channel: 'moz-firefox',
    launchOptions: { executablePath: firefoxPath, args: [], firefoxUserPrefs: firefoxPrefs },
  },
});
