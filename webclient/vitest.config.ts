import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: {
    include: ['src/**/*.test.{ts,tsx}', '{scripts,eslint}/**/*.test.js'],
    // The engine, the layouts and the REST client run without a DOM; a component test asks for one with
    // `// @vitest-environment happy-dom`.
    environment: 'node',
    // Only against hanging: on a busy machine a property test takes its time.
    testTimeout: 60_000,
    restoreMocks: true,
  },
});
