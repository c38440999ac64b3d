/**
 * Checks, then tests, then one line: `N passed, N failed`. A check counts as a test, and so does a test file that could
 * not be read or a run that broke off. Arguments are handed to Vitest; the checks then stay away.
 */
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { runChecks, type Tally } from "./check.ts"

const root = join(import.meta.dirname, "..")
const report = join(root, ".cache/vitest.json")
const deadline = 22 * 60_000
/** Installing and the checks belong to it: the last line is to be written before 25 minutes are over. Milliseconds. */
const wholeRun = 24.3 * 60_000
const began = Number(process.env["TESTS_BEGAN"] ?? Date.now() / 1000) * 1000

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

async function runTests(args: ReadonlyArray<string>): Promise<Tally> {
  rmSync(report, { force: true })
  const child = Bun.spawn([
    process.execPath, "--bun", join(root, "node_modules/.bin/vitest"), "run", "--pool=threads",
    "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args
  ], { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit", timeout: Math.min(deadline, Math.max(60_000, began + wholeRun - Date.now())), killSignal: "SIGKILL" })
  const code = await child.exited
  if (!existsSync(report)) return { passed: 0, failed: 1 }
  return tallied(JSON.parse(readFileSync(report, "utf8")), code)
}

function tallied(results: Report, code: number): Tally {
  const unread = results.testResults.filter(({ assertionResults, status }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"))
  for (const { name } of unread) console.log(`could not be run to its end: ${name}`)
  const slowest = results.testResults.map(({ endTime, name, startTime }) => ({ name: name.replace(`${root}/`, ""), seconds: (endTime - startTime) / 1000 }))
    .sort((a, b) => b.seconds - a.seconds).slice(0, 8)
  console.log(`\nslowest files: ${slowest.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(", ")}`)
  if (results.numPendingTests > 0) console.log(`${results.numPendingTests} skipped`)
  const failed = results.numFailedTests + unread.length
  if (code !== 0 && failed === 0) console.log(`Vitest ended with code ${code} though no test failed: see above.`)
  return { passed: results.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed }
}

const args = process.argv.slice(2)
const nothing: Tally = { passed: 0, failed: 0 }
const checks = args.length === 0 ? await runChecks() : nothing
const tests = await runTests(args)
const failed = checks.failed + tests.failed
console.log(`${checks.passed + tests.passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
