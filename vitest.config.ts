import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Those that take a minute or more begin first: at the end nobody is to wait for one of them alone. */
const longest = ["NothingLost", "DecisionsKilled", "opencode.test", "realAgents", "drill.test", "soak", "opencodeChats", "page"]
const rank = ({ moduleId }: TestSpecification): number => {
  const at = longest.findIndex((name) => moduleId.includes(`/${name}`))
  return at === -1 ? longest.length : at
}

class LongestFirst extends BaseSequencer {
  override sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return super.sort(files).then((sorted) => sorted.toSorted((a, b) => rank(a) - rank(b)))
  }
}

export default defineConfig({
  test: {
    pool: "threads",
    // Journeys start servers, databases, agents and browsers of their own: two files at a time fill two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    globalSetup: ["test/support/PreparedCluster.ts", "server/work/git/killedServer.ts"],
    projects: [
      // these leave nothing behind in their process, so that one can run many of them
      { extends: true, test: { name: "units", include: ["{shared,server,client}/**/*.test.ts"], isolate: false } },
      { extends: true, test: { name: "journeys", include: ["{test,bench,scripts}/**/*.test.ts"] } }
    ]
  }
})
