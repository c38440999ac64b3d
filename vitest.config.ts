import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    pool: "threads",
    // Journeys start servers, databases, agents and browsers of their own: two files at a time fill two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: "test/support/PreparedCluster.ts",
    projects: [
      // these leave nothing behind in their process, so that one can run many of them
      { extends: true, test: { name: "units", include: ["{shared,server,client}/**/*.test.ts"], isolate: false } },
      { extends: true, test: { name: "journeys", include: ["{test,bench,scripts}/**/*.test.ts"] } }
    ]
  }
})
