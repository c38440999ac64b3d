import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { familyOf, readMemory, residentOf } from "./ProcessMemory.ts"
import type { ProcessInfo } from "./ProcessTree.ts"

const info = (pid: number, parent: number): ProcessInfo => ({ pid, parent, group: 0, state: "S", startTime: 1 })

describe("the memory of processes", () => {
  it("is read in bytes, and none where the kernel says none", () => {
    assert.strictEqual(residentOf("Name:\tnode\nVmHWM:\t  9000 kB\nVmRSS:\t  2048 kB\nThreads:\t1\n"), 2048 * 1024)
    assert.strictEqual(residentOf("Name:\tkthreadd\n"), 0)
  })

  it("is that of children and theirs too, however they are listed", () => {
    assert.sameMembers([...familyOf(10, [info(12, 11), info(11, 10), info(20, 1), info(10, 1)])], [10, 11, 12])
  })

  it.effect.skipIf(!existsSync("/proc/self/status"))("is known of what lives, and of nothing else", () => Effect.gen(function*() {
    const found = yield* readMemory([process.pid, 2 ** 22 + 1])
    assert.isAbove(found.get(process.pid) ?? 0, 10 * 1024 * 1024)
    assert.strictEqual(found.size, 1)
  }))
})
