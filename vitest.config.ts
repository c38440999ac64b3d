import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{shared,server,client,test,bench}/**/*.test.ts"],
    pool: "threads",
    testTimeout: 30_000,
    hookTimeout: 60_000
  }
})
