import { defineConfig } from '@playwright/test';
import everyday from './playwright.config';

/** Figures, not tests: they are printed to be read, and nothing fails for being slow. */
export default defineConfig(everyday, { testMatch: '**/*.figures.ts', timeout: 900_000 });
