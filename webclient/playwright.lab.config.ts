import { defineConfig } from '@playwright/test';
import { browserArgs, executablePath } from './e2e/browser';
import everyday from './playwright.config';

/** A real browser in the networks of deploy/scripts/lab.sh, whose server has made its certificate itself. */
export default defineConfig(everyday, {
  testMatch: '**/*.lab.ts',
  use: {
    launchOptions: { executablePath, args: [...browserArgs, '--ignore-certificate-errors'] },
  },
});
