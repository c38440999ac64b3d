import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{shared,server,client,test,bench,scripts}/**/*.test.ts"],
    pool: "threads",
    // Journeys start servers, databases, agents and browsers of their own: two files at a time fill two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000
  }
})
