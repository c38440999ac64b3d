/**
 * Reads diffs from a server as a page does, in a process of its own, so that reading them delays nobody who measures.
 * Is given orders on stdin, one JSON a line, and answers each with a line: when its first hunks came, its last frame, and how much it was.
 */
import { createInterface } from "node:readline"
import { Console, Effect, Schema, Stream } from "effect"
import { makeClient } from "../client/rpc/Client.ts"
import { DiffOrder } from "../shared/Diff.ts"
import { now } from "./Figures.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(DiffOrder))

export const diffReader = Effect.fnUntraced(function*([url = "", token = "", atATime = "1"]: ReadonlyArray<string>) {
  const client = yield* makeClient({ url, token })
  yield* Stream.fromAsyncIterable(createInterface({ input: process.stdin }), (cause) => cause).pipe(
    Stream.mapEffect(Effect.fnUntraced(function*(line) {
      const order = yield* decode(line)
      const startedAt = now()
      let first = 0, lines = 0, bytes = 0
      yield* Stream.runForEach(client["diff.Diff"](order), (frame) => Effect.sync(() => {
        if (frame._tag !== "Hunks") return
        if (first === 0) first = now() - startedAt
        for (const hunk of frame.hunks) for (const { text } of hunk.lines) { lines++; bytes += text.length }
      }))
      yield* Console.log(JSON.stringify({ first, whole: now() - startedAt, lines, bytes }))
    }), { concurrency: Number(atATime) }),
    Stream.runDrain)
})
