import { defineConfig } from 'vitest/config'

/** Real players, as far as they are installed; each test that is left out says why. */
export default defineConfig({
  test: {
    include: ['test/*.clients.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: 'verbose',
  },
})
