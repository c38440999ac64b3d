/**
 * What a diff costs, against plain `git diff` of the same contents in the same run; and what a diff of 200 MB, of many files and
 * of one, costs another chat of the same server, whose agent streams meanwhile.
 */
import { Effect, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { DiffOrder } from "../shared/Diff.ts"
import { newChat } from "../test/support/Journey.ts"
import { type Boocode, startBoocode } from "./Boocode.ts"
import { openDelays } from "./delayReader.ts"
import { median, ms, now, quantile, ratio } from "./Figures.ts"
import { load } from "./Machine.ts"
import { render } from "./Table.ts"

const Answer = Schema.fromJsonString(Schema.Struct({ first: Schema.Finite, whole: Schema.Finite, lines: Schema.Int, bytes: Schema.Int }))
type Answer = typeof Answer.Type

const plain = (top: string, ...args: ReadonlyArray<string>): string => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(["git", ...args], { cwd: top })
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.toString()}`)
  return stdout.toString()
}

/** Of `size` bytes, in which every `other`th line is another one than in version 0. */
const textOf = (file: number, size: number, version: number, other: number): string =>
  Array.from({ length: Math.round(size / 50) }, (_, line) => `export const value = ${String(line).padEnd(8)} // ${String(line % other === 0 ? version : 0).padStart(4)} of ${String(file).padEnd(10)}\n`).join("")

const keep = (top: string, file: number, size: number, version: number, other: number): string => {
  writeFileSync(join(top, "content"), textOf(file, size, version, other))
  return plain(top, "hash-object", "-w", "content").trim()
}

type Pair = Pick<DiffOrder, "baseBlob" | "blob">

/** Until its first bytes, and until its end. */
const readPlain = (top: string, { baseBlob, blob }: Pair) => Effect.promise(async () => {
  const startedAt = now()
  const child = Bun.spawn(["git", "diff", String(baseBlob), String(blob)], { cwd: top, stdout: "pipe" })
  let first = 0
  for await (const _ of child.stdout) if (first === 0) first = now() - startedAt
  await child.exited
  return { first, whole: now() - startedAt }
})

/** Another process, as a page is one. */
const readerOf = ({ server }: Boocode, sessionId: DiffOrder["sessionId"]) =>
  Effect.fnUntraced(function*(pairs: ReadonlyArray<Pair>, atATime: number, more: Partial<DiffOrder> = {}) {
    const orders = pairs.map((pair): DiffOrder => ({ sessionId, path: "file.ts", ...pair, ...more }))
    const child = yield* ChildProcess.make(process.execPath, [join(import.meta.dirname, "main.ts"), "diff-reader", server.url, server.token, String(atATime)], {
      stderr: "inherit", forceKillAfter: "1 second", stdin: Stream.make(Buffer.from(orders.map((order) => `${JSON.stringify(order)}\n`).join("")))
    })
    return yield* child.stdout.pipe(Stream.decodeText(), Stream.splitLines, Stream.filter((line) => line.startsWith("{")), Stream.mapEffect((line) => Schema.decodeUnknownEffect(Answer)(line)), Stream.runCollect)
  }, Effect.scoped)

type Read = ReturnType<typeof readerOf>

const small = Effect.fnUntraced(function*(top: string, read: Read, rounds: number) {
  const rows: Array<ReadonlyArray<string>> = []
  for (const [name, size, other] of [["100 KB, 20 hunks", 100_000, 100], ["1 MB, every 10th line", 1_000_000, 10]] as const) {
    const pairs = Array.from({ length: rounds }, (_, round): Pair => ({ baseBlob: keep(top, round, size, 0, other), blob: keep(top, round, size, 1, other) }))
    const ours: Array<Answer> = [], plains: Array<{ first: number; whole: number }> = []
    for (const pair of pairs) {
      // the first ones of each process warm it
      ours.push(...(yield* read(Array.from({ length: 8 }, () => pair), 1)).slice(-1))
      plains.push(yield* readPlain(top, pair))
    }
    const of = (what: "first" | "whole") => {
      const a = median(ours.map((one) => one[what])), b = median(plains.map((one) => one[what]))
      return [ms(a), ms(b), ratio(a / b)]
    }
    rows.push([`${name}: to the first hunks`, ...of("first")], [`${name}: whole`, ...of("whole")])
  }
  console.log(render({ title: `diff · one file · load now ${load()}`, head: ["", "boocode, over the wire", "git diff", "of it"], rows, notes: ["medians; git diff: to its first bytes, and to its end"] }))
})

const large = Effect.fnUntraced(function*(boocode: Boocode, top: string, read: Read, megabytes: number) {
  const files = megabytes * 5
  const many = Array.from({ length: files }, (_, file): Pair => ({ baseBlob: keep(top, file, 100_000, 0, 1), blob: keep(top, file, 100_000, 1, 1) }))
  const one: Pair = { baseBlob: keep(top, 0, megabytes * 500_000, 0, 1), blob: keep(top, 0, megabytes * 500_000, 1, 1) }
  const created: Pair = { baseBlob: null, blob: keep(top, 0, megabytes * 1_000_000, 1, 1) }
  // of a stream that says the time every few milliseconds: how late it is in a reader's hands
  const delaysOf = yield* openDelays(boocode)
  const alone = yield* delaysOf("clock 1500 every 5")
  const rows: Array<ReadonlyArray<string>> = []
  const kinds = [
    [`${files} files, each opened`, many, {}], ["one file, every line edited", [one], {}], ["one file, every line edited, anyway", [one], { anyway: true }],
    ["one new file", [created], {}], ["one new file, anyway", [created], { anyway: true }]
  ] as const
  for (const [name, pairs, more] of kinds) {
    const [late, answers] = yield* Effect.all([delaysOf("clock 1500 every 5"), read(pairs, 4, more)], { concurrency: "unbounded" })
    const added = (q: number) => ms(quantile(late, q) - quantile(alone, q))
    const shown = answers.reduce((sum, { bytes }) => sum + bytes, 0)
    rows.push([name, answers[0] === undefined || answers[0].first === 0 ? "none" : ms(answers[0].first), ms(Math.max(...answers.map(({ whole }) => whole))), `${(shown / 1e6).toFixed(0)} MB`, added(0.5), added(0.99)])
  }
  console.log(render({
    title: `diff · ${megabytes} MB, and another chat's stream in the same server · load now ${load()}`,
    head: ["", "first hunks", "longest", "sent", "added delay p50", "p99"], rows,
    notes: [`the stream alone: p50 ${ms(quantile(alone, 0.5))}, p99 ${ms(quantile(alone, 0.99))}`, "reach: first hunks under 500 ms, added delay under 15 ms at p99"]
  }))
})

export const diff = Effect.fnUntraced(function*(isQuick: boolean) {
  const boocode = yield* startBoocode()
  const { sessionId } = yield* newChat(boocode.client, boocode.project, "scripted")
  const top = boocode.project
  mkdirSync(top, { recursive: true })
  const read = readerOf(boocode, sessionId)
  yield* small(top, read, isQuick ? 5 : 15)
  yield* large(boocode, top, read, isQuick ? 50 : 200)
})
