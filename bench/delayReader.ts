/**
 * Asks a chat and reads its answers as a page does, in a process of its own, so that nothing delays it but the server. Is given
 * prompts on stdin, one JSON string a line, and answers each with a line: how long each time that the agent told was on its way.
 */
import { createInterface } from "node:readline"
import { join } from "node:path"
import { Console, Effect, Queue, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { makeClient } from "../client/rpc/Client.ts"
import { ChatId } from "../shared/Ids.ts"
import { newChat } from "../test/support/Journey.ts"
import { type Boocode, drive } from "./Boocode.ts"
import { delays } from "./TimedTurn.ts"

const decodePrompt = Schema.decodeEffect(Schema.fromJsonString(Schema.String))
const decodeDelays = Schema.decodeEffect(Schema.fromJsonString(Schema.Array(Schema.Finite)))

export const delayReader = Effect.fnUntraced(function*([url = "", token = "", chatId = ""]: ReadonlyArray<string>) {
  const chat = yield* drive(yield* makeClient({ url, token }), ChatId.make(chatId))
  yield* Stream.fromAsyncIterable(createInterface({ input: process.stdin }), (cause) => cause).pipe(
    Stream.mapEffect((line) => Effect.flatMap(decodePrompt(line), chat.turn)), Stream.runForEach((turn) => Console.log(JSON.stringify(delays(turn)))))
})

/** A new chat of the scripted agent in a session of its own, asked from another process. Milliseconds. */
export const openDelays = Effect.fnUntraced(function*({ client, project, server }: Boocode) {
  const { id } = yield* newChat(client, project, "scripted")
  const prompts = yield* Queue.unbounded<string>()
  const child = yield* ChildProcess.make(process.execPath, [join(import.meta.dirname, "main.ts"), "delay-reader", server.url, server.token, id], {
    stderr: "inherit", forceKillAfter: "1 second", stdin: Stream.fromQueue(prompts).pipe(Stream.map((text) => Buffer.from(`${JSON.stringify(text)}\n`)))
  })
  const answers = yield* child.stdout.pipe(Stream.decodeText(), Stream.splitLines, Stream.filter((line) => line.startsWith("[")),
    Stream.mapEffect((line) => decodeDelays(line)), Stream.toQueue({ capacity: "unbounded" }))
  const delaysOf = (text: string) => Effect.andThen(Queue.offer(prompts, text), Queue.take(answers))
  // what compiles its code while it runs is quick after some hundred of them
  yield* delaysOf("clock 600 every 5")
  return delaysOf
})
