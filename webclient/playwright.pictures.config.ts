import { defineConfig } from '@playwright/test';
import everyday from './playwright.config';

/** Pictures of every page, to be looked at; they are compared with nothing. */
export default defineConfig(everyday, { testMatch: '**/*.pictures.ts', timeout: 900_000 });
