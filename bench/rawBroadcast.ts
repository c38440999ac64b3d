/**
 * The baseline of a fan-out, as a program of its own: a websocket that knows nothing but bytes. Told a file of frames and a
 * number of watchers, it waits until so many are connected and sends every frame to each, at the time that stands beside
 * it, or one after the other without a pause. Says its port when it listens.
 */
import { readFileSync } from "node:fs"
import { decodeRecording, type Recording } from "./Recording.ts"

const [file = "", watchers = "1", pace = "paced"] = process.argv.slice(2)
const recording: Recording = decodeRecording(readFileSync(file, "utf8"))
const sockets: Array<Bun.ServerWebSocket<undefined>> = []

const broadcast = async () => {
  const start = performance.now()
  for (const { after, bytes } of recording) {
    const early = pace === "paced" ? after - (performance.now() - start) : 0
    if (early > 0) await Bun.sleep(early)
    for (const socket of sockets) socket.send(bytes)
    // lets the sockets take what was sent
    if (early <= 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const socket of sockets) socket.send("end")
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, bun) => bun.upgrade(request) ? undefined : new Response("a websocket is wanted", { status: 400 }),
  websocket: {
    open: (socket) => {
      sockets.push(socket)
      if (sockets.length === Number(watchers)) void broadcast()
    },
    message: () => {}
  }
})
console.log(server.port)
process.stdin.resume().on("end", () => process.exit(0))
