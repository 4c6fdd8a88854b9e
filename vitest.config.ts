import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.ts'],
    exclude: ['test/*.long.test.ts', 'test/*.clients.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Every core: the default leaves one free, which is half of a machine with two.
    maxWorkers: '100%',
  },
})
