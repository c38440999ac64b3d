/** A websocket by hand, for what no proper client does: it can leave unread what the server sends. */
import { connect, type Socket } from "node:net"
import { Effect, type Scope } from "effect"
import type { RunningServer } from "./RunningServer.ts"

const mask = Buffer.from([1, 2, 3, 4])

const frameOf = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  const length = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([Buffer.from([0x81, ...length]), mask, bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))])
}

export interface RawClient {
  readonly socket: Socket
  readonly send: (frame: unknown) => void
  /** Everything that was read, frames' heads included. */
  readonly read: () => string
  /** Waits until that holds. */
  readonly until: (holds: (read: string) => boolean) => Effect.Effect<void>
}

export const rawClient = Effect.fn("rawClient")(function*(server: RunningServer): Effect.fn.Return<RawClient, never, Scope.Scope> {
  const { hostname, port } = new URL(server.url)
  let read = ""
  const socket = yield* Effect.acquireRelease(Effect.sync(() => connect(Number(port), hostname)), (open) => Effect.sync(() => open.destroy()))
  socket.on("error", () => undefined)
  socket.on("data", (bytes: Buffer) => { read += bytes.toString("latin1") })
  // not at each piece: there may be many MB of them
  const until = (holds: (all: string) => boolean) => Effect.repeat(Effect.sleep("10 millis"), { until: () => holds(read) }).pipe(Effect.asVoid)
  socket.write([
    "GET /rpc HTTP/1.1", `Host: ${hostname}:${port}`, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", `Authorization: Bearer ${server.token}`, "", ""
  ].join("\r\n"))
  yield* until((all) => all.includes("\r\n\r\n"))
  return { socket, until, read: () => read, send: (frame) => { socket.write(frameOf(`${typeof frame === "string" ? frame : JSON.stringify(frame)}\n`)) } }
})
