/**
 * Every check that reads the code without running it, at once: `npm run check`. Owns their list; what each of them
 * demands stands in its own configuration. Ends with their tally; exit code 1 if one fails.
 */
import { join } from "node:path"

export interface Tally {
  readonly passed: number
  readonly failed: number
}

const root = join(import.meta.dirname, "..")
const tool = (name: string, ...args: ReadonlyArray<string>) => [process.execPath, "--bun", join(root, "node_modules/.bin", name), ...args]

const checks: Readonly<Record<string, ReadonlyArray<string>>> = {
  "types": tool("tsc", "-p", "."),
  "effect diagnostics": tool("effect-tsgo", "diagnostics", "--project", "tsconfig.json", "--format", "text"),
  "lint and boundaries": tool("oxlint", "."),
  "unused code": tool("knip"),
  "page and its first load": [process.execPath, join(root, "scripts/build-page.ts")],
  "no addresses in bun.lock": ["sh", "-c", "! grep -nE 'https?://' bun.lock"]
}

/** Runs one and prints what it said if it failed. */
async function check(name: string, command: ReadonlyArray<string>): Promise<boolean> {
  const started = performance.now()
  const child = Bun.spawn([...command], { cwd: root, stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const [out, err, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(code === 0 ? `ok      ${name} (${seconds} s)` : `${out}${err}FAILED  ${name} (${seconds} s)`)
  return code === 0
}

export async function runChecks(): Promise<Tally> {
  const results = await Promise.all(Object.entries(checks).map(([name, command]) => check(name, command)))
  const passed = results.filter((good) => good).length
  return { passed, failed: results.length - passed }
}

if (import.meta.main) {
  const { failed, passed } = await runChecks()
  console.log(`${passed} checks passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
