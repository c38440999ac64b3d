/** A file put where another is: whatever somebody does to the old one meanwhile, nothing of it is lost. */
import { assert, layer } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { appendFileSync, chmodSync, existsSync, lstatSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { temporaryFolder } from "../git/temporaryRepository.ts"
import { backFromAside, LastMoment, lookWhenItShows, putInPlace } from "./PutInPlace.ts"

const place = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const at = (name: string) => `${folder}/${name}`
  const write = (name: string, text: string) => writeFileSync(at(name), text)
  write("target", "old\n")
  write("staged", "new\n")
  const long = new Date(1_700_000_000_000)
  utimesSync(at("target"), long, long)
  /** Puts it there, and says what is there then. */
  const put = (between?: () => void, after?: () => void, before = lstatSync(at("target"))) => Effect.gen(function*() {
    const isPut = yield* putInPlace({
      target: Buffer.from(at("target")), staged: Buffer.from(at("staged")), aside: Buffer.from(at("aside")), before,
      onDisk: Effect.sync(() => after?.()), refused: (cause) => new Error(String(cause))
    }).pipe(Effect.provideService(LastMoment, () => between?.()))
    return [isPut, readFileSync(at("target"), "utf8")]
  })
  return { at, put, write }
})

layer(NodeServices.layer, { excludeTestServices: true })("a file put where another is", (it) => {
  it.effect("takes its place where nobody was at work on that", () => Effect.gen(function*() {
    const { put } = yield* place
    assert.deepStrictEqual(yield* put(), [true, "new\n"])
  }))

  it.effect("gives it back where it was written to in the last moment, or a moment later by who had it open", () => Effect.gen(function*() {
    for (const moment of ["between", "after"] as const) {
      const { at, put } = yield* place
      const wrote = () => appendFileSync(at(moment === "between" ? "target" : "aside"), "a person's\n")
      assert.deepStrictEqual(yield* put(...(moment === "between" ? [wrote] : [undefined, wrote])), [false, "old\na person's\n"], moment)
    }
  }))

  it.effect("leaves alone what was written, put there or made otherwise since it was looked at", () => Effect.gen(function*() {
    for (const [act, text] of [
      [({ at }) => appendFileSync(at("target"), "more\n"), "old\nmore\n"],
      [({ write }) => write("target", "new!"), "new!"],
      [({ at, write }) => { write("theirs", "old\n"); renameSync(at("theirs"), at("target")) }, "old\n"],
      [({ at }) => chmodSync(at("target"), 0o755), "old\n"]
    ] satisfies ReadonlyArray<readonly [(of: Effect.Success<typeof place>) => void, string]>) {
      const here = yield* place
      const before = lstatSync(here.at("target"))
      act(here)
      assert.deepStrictEqual(yield* here.put(undefined, undefined, before), [false, text])
    }
  }))

  it.effect("leaves alone what was put there after it, and puts no old one over that", () => Effect.gen(function*() {
    const { at, put, write } = yield* place
    const saved = () => {
      appendFileSync(at("aside"), "a person's\n")
      write("theirs", "a person's newest\n")
      renameSync(at("theirs"), at("target"))
    }
    assert.deepStrictEqual(yield* put(undefined, saved), [false, "a person's newest\n"])
  }))

  it.effect("takes the place of a symlink, and not of what that leads to", () => Effect.gen(function*() {
    const { at, put, write } = yield* place
    write("far", "far\n")
    symlinkSync("far", at("link"))
    renameSync(at("link"), at("target"))
    assert.deepStrictEqual(yield* put(() => appendFileSync(at("far"), "more\n")), [true, "new\n"])
    assert.strictEqual(readFileSync(at("far"), "utf8"), "far\nmore\n")
  }))

  it.effect("is looked at when the next write shows, though the disk's clock stands still between two", () => Effect.gen(function*() {
    const { at } = yield* place
    const looks: Array<number> = []
    const look = (age: number) => Effect.sync(() => {
      const now = Date.now(), written = new Date(now - age)
      looks.push(now)
      utimesSync(at("target"), written, written)
      return new Map([["target", lstatSync(at("target"))], ["none", undefined]])
    })
    yield* lookWhenItShows(look(60_000))
    assert.strictEqual(looks.length, 1)
    yield* lookWhenItShows(look(0))
    // of the coarsest clocks a hundredth of a second
    assert.isAtLeast((looks[2] ?? 0) - (looks[1] ?? 0), 15)
  }))

  it.effect("is where it was again, on a disk without second names too, unless somebody has put another there", () => Effect.gen(function*() {
    for (const secondName of [undefined, () => Promise.reject(new Error("EPERM"))]) {
      const { at, write } = yield* place
      const back = Effect.exit(Effect.tryPromise(() => backFromAside(Buffer.from(at("aside")), Buffer.from(at("target")), secondName)))
      renameSync(at("target"), at("aside"))
      assert.strictEqual((yield* back)._tag, "Success")
      assert.deepStrictEqual([readFileSync(at("target"), "utf8"), existsSync(at("aside"))], ["old\n", false])
      renameSync(at("target"), at("aside"))
      write("target", "another\n")
      assert.strictEqual((yield* back)._tag, "Failure")
      assert.deepStrictEqual([readFileSync(at("target"), "utf8"), readFileSync(at("aside"), "utf8")], ["another\n", "old\n"])
    }
  }))
})
