/**
 * One chat, many watchers: what reaches them while its agent streams, against a bare websocket that sends the same
 * frames to as many. Each watcher is a client of its own that folds what it is sent; at the end its fold must be the server's.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { Deferred, Effect, Option, Scope, Stream } from "effect"
import { ChildProcess } from "effect/process"
import type { Chat } from "../shared/Chat.ts"
import { applyFrame, type ChatFrame, type Watched } from "../shared/Feed.ts"
import type { ChatId } from "../shared/Ids.ts"
import { newChat, prompt, until } from "../test/support/Journey.ts"
import { clientOf, temporaryFolder } from "../test/support/RunningServer.ts"
import { type Boocode, startBoocode } from "./Boocode.ts"
import { bytes, count, now, ratio } from "./Figures.ts"
import { cpuOf, load } from "./Machine.ts"
import { encodeRecording, type Recording } from "./Recording.ts"
import { render } from "./Table.ts"

interface Watcher {
  frames: number
  snapshots: number
  text: number
  firstAt: number
  lastAt: number
  watched: Watched | undefined
}

const textOf = (frame: ChatFrame): number => frame._tag === "Snapshot" ? 0
  : frame.events.reduce((sum, { event }) => event._tag === "TextAppended" ? sum + event.text.length : sum, 0)

const isOver = ({ chat }: Watched): boolean => chat.turns.length > 0 && chat.turns.every(({ outcome }) => outcome !== undefined)

/** Its `text` counts from the first piece on. */
const take = (watcher: Watcher, frame: ChatFrame, recording: Array<{ after: number; bytes: string }> | undefined): void => {
  const at = now()
  const text = textOf(frame)
  watcher.watched = applyFrame(watcher.watched, frame)
  if (frame._tag === "Snapshot") watcher.snapshots += 1
  if (text === 0 && watcher.text === 0) return
  if (watcher.text === 0) watcher.firstAt = at
  watcher.text += text
  watcher.frames += 1
  watcher.lastAt = at
  recording?.push({ after: at - watcher.firstAt, bytes: `${JSON.stringify({ _tag: "Chunk", requestId: "1", values: [frame] })}\n` })
}

/** Connects, and watches until the turn is over. */
const watch = Effect.fnUntraced(function*(boocode: Boocode, chatId: ChatId, recording?: Array<{ after: number; bytes: string }>) {
  const watcher: Watcher = { frames: 0, snapshots: 0, text: 0, firstAt: 0, lastAt: 0, watched: undefined }
  const client = yield* clientOf(boocode.server)
  const watching = yield* Deferred.make<void>()
  const over = yield* Deferred.make<void>()
  yield* client["chat.Watch"]({ chatId }).pipe(
    Stream.runForEach((frame) => Effect.sync(() => {
      take(watcher, frame, recording)
      Deferred.doneUnsafe(watching, Effect.void)
      if (watcher.watched !== undefined && isOver(watcher.watched)) Deferred.doneUnsafe(over, Effect.void)
    })), Effect.orDie, Effect.forkScoped)
  yield* Deferred.await(watching)
  return { watcher, over: Deferred.await(over) }
})

interface Reached { readonly seconds: number; readonly frames: number; readonly text: number }
const perSecond = ({ seconds }: Reached, what: number): number => what / seconds

/** As JSON has it: an absent key is as good as an undefined one. */
const plain = (chat: Chat): unknown => JSON.parse(JSON.stringify(chat))

const measureBoocode = Effect.fnUntraced(function*(boocode: Boocode, watchers: number, script: string) {
  const { id: chatId } = yield* newChat(boocode.client, boocode.project, "scripted")
  const recording: Array<{ after: number; bytes: string }> = []
  const all = yield* Effect.forEach(Array.from({ length: watchers }), (_, index) => watch(boocode, chatId, index === 0 ? recording : undefined), { concurrency: 10 })
  const cpu = cpuOf(boocode.server.pid)
  yield* prompt(boocode.client, chatId, script)
  yield* Effect.forEach(all, ({ over }) => over, { discard: true })
  const used = cpuOf(boocode.server.pid) - cpu
  const server = plain(yield* until(boocode.client, chatId, ({ turns }) => turns.every(({ outcome }) => outcome !== undefined)))
  const states = all.map(({ watcher }) => watcher)
  const seconds = (Math.max(...states.map(({ lastAt }) => lastAt)) - Math.min(...states.map(({ firstAt }) => firstAt))) / 1000
  const sum = (of: (watcher: Watcher) => number) => states.reduce((total, watcher) => total + of(watcher), 0)
  return {
    recording, cpu: used / seconds, snapshots: sum(({ snapshots }) => snapshots) - watchers,
    reached: { seconds, frames: sum(({ frames }) => frames), text: sum(({ text }) => text) },
    equal: states.filter(({ watched }) => watched !== undefined && isDeepStrictEqual(plain(watched.chat), server)).length
  }
}, Effect.scoped)

/** Connects to the raw websocket and counts what comes, until it says that this was all. */
const receive = (url: string): Effect.Effect<{ readonly firstAt: number; readonly lastAt: number; readonly frames: number }, never, Scope.Scope> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(url)
    let firstAt = 0, lastAt = 0, frames = 0
    socket.addEventListener("message", ({ data }) => {
      if (data === "end") {
        socket.close()
        resume(Effect.succeed({ firstAt, lastAt, frames }))
        return
      }
      lastAt = now()
      if (frames === 0) firstAt = lastAt
      frames += 1
    })
  })

const measureRaw = Effect.fnUntraced(function*(recording: Recording, text: number, watchers: number, pace: "paced" | "flat out") {
  const file = join(yield* temporaryFolder, "recording.json")
  writeFileSync(file, encodeRecording(recording))
  const child = yield* ChildProcess.make(process.execPath, [join(import.meta.dirname, "rawBroadcast.ts"), file, String(watchers), pace], {
    stderr: "inherit", forceKillAfter: "1 second", stdin: "pipe"
  })
  const port = yield* child.stdout.pipe(Stream.decodeText(), Stream.splitLines, Stream.runHead, Effect.map(Option.getOrThrow))
  const all = yield* Effect.forEach(Array.from({ length: watchers }), () => receive(`ws://127.0.0.1:${port}`), { concurrency: "unbounded" })
  const seconds = (Math.max(...all.map(({ lastAt }) => lastAt)) - Math.min(...all.map(({ firstAt }) => firstAt))) / 1000
  return { seconds, frames: all.reduce((sum, { frames }) => sum + frames, 0), text: text * watchers } satisfies Reached
}, Effect.scoped)

const row = (name: string, reached: Reached, more: ReadonlyArray<string>): ReadonlyArray<string> =>
  [name, `${reached.seconds.toFixed(2)} s`, count(perSecond(reached, reached.frames)), bytes(perSecond(reached, reached.text)), ...more]

const measure = Effect.fnUntraced(function*(boocode: Boocode, watchers: number, script: string) {
  const { cpu, equal, reached, recording, snapshots } = yield* measureBoocode(boocode, watchers, script)
  const text = reached.text / watchers
  const paced = yield* measureRaw(recording, text, watchers, "paced")
  const flatOut = yield* measureRaw(recording, text, watchers, "flat out")
  const against = (raw: Reached) => ratio(perSecond(reached, reached.text) / perSecond(raw, raw.text))
  console.log(render({
    title: `fanout · ${watchers} ${watchers === 1 ? "watcher" : "watchers"} · ${script} · load now ${load()}`,
    head: ["", "took", "frames/s", "text/s", "boocode of it"],
    rows: [
      row("boocode", reached, []),
      row("raw websocket, at the same times", paced, [against(paced)]),
      row("raw websocket, flat out", flatOut, [against(flatOut)])
    ],
    notes: [
      `folds equal to the server's: ${equal} of ${watchers}; snapshots to watchers that fell behind: ${snapshots}`,
      `the server used ${(cpu * 100).toFixed(0)} % of a core`
    ]
  }))
})

export const fanout = Effect.fnUntraced(function*(isQuick: boolean) {
  const boocode = yield* startBoocode()
  for (const script of isQuick ? ["stream 2000 every 1"] : ["stream 10000 every 1", "burst 100000 64"]) {
    for (const watchers of [1, 10, 100]) yield* measure(boocode, watchers, script)
  }
})
