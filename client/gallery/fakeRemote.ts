/** A server for the gallery: a directory, a catalogue and one chat, in the state that a scene asks for. */
import type { Chat } from "../../shared/Chat.ts"
import type { ConnectionState } from "../rpc/ConnectionState.ts"
import type { Remote } from "../rpc/Remote.ts"
import { done } from "../rpc/Reply.ts"
import { quietRemote } from "../rpc/quietRemote.ts"
import { ids } from "../../test/support/chatLog.ts"
import { agents, directory } from "../../test/support/samples.ts"

const connections: Readonly<Record<string, ConnectionState>> = {
  offline: { _tag: "Offline", since: Date.now() - 42_000, reason: "The server can't be reached.", advice: "See that it still runs; this page connects by itself once it does." },
  refused: { _tag: "TokenRefused" },
  connecting: { _tag: "Connecting" }
}

const folders = ["/srv/work/boocode", "/srv/work/notes", "/srv/work/shopfront", "/srv/work/infra-playbooks", "/srv/backup"]

export const fakeRemote = (scene: string, chat: Chat): Remote => ({
  ...quietRemote,
  onState: (listener) => {
    listener(connections[scene] ?? { _tag: "Online" })
    return () => {}
  },
  addProject: () => Promise.resolve({ _tag: "Refused", message: "/srv/work/notes is not a git repository; run `git init` there first, or choose another directory." }),
  completePath: (prefix) => Promise.resolve(done(folders.filter((path) => path.startsWith(prefix)).map((path) => ({ path, repository: !path.endsWith("notes") && !path.endsWith("backup") })))),
  refreshAgents: () => Promise.resolve(done(agents)),
  blob: () => Promise.resolve(done("the whole text")),
  watchChat: (_, __, watcher) => {
    if (scene !== "loading") watcher.onValue({ _tag: "Snapshot", epoch: 1, chat })
    return () => {}
  },
  watchDirectory: (watcher) => {
    if (scene !== "connecting") watcher.onValue(directory(scene))
    return () => {}
  },
  watchAgents: (watcher) => {
    watcher.onValue(agents)
    return () => {}
  },
  watchServer: (watcher) => {
    watcher.onValue({
      version: "0.1.0", bootId: ids.boot, demo: true, who: "owner",
      database: scene === "database" ? { _tag: "Away", since: Date.now() - 8000, detail: "connection refused" } : { _tag: "Ok" }
    })
    return () => {}
  }
})
