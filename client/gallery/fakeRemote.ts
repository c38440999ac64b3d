/** A server for the gallery: a directory, a catalogue and one chat, in the state that a scene asks for. */
import type { AgentInfo } from "../../shared/Agent.ts"
import type { Chat } from "../../shared/Chat.ts"
import type { Directory } from "../../shared/Session.ts"
import type { ConnectionState } from "../rpc/ConnectionState.ts"
import type { Remote } from "../rpc/Remote.ts"
import { done } from "../rpc/Reply.ts"
import { ids } from "./log.ts"

const hour = 3_600_000

export const agents: ReadonlyArray<AgentInfo> = [
  { name: ids.agent("goose"), label: "goose", enabled: true, readiness: "ready", version: "1.52.0", commands: [] },
  { name: ids.agent("qwen"), label: "Qwen Code", enabled: true, readiness: "ready", version: "0.24.4", commands: [] },
  { name: ids.agent("scripted"), label: "Scripted agent", enabled: true, readiness: "ready", version: "0.1.0", commands: [{ name: "say", description: "Says what follows" }] },
  { name: ids.agent("opencode"), label: "opencode", enabled: true, readiness: "loading", detail: "Asking it what it can do…", commands: [] },
  { name: ids.agent("claude"), label: "Claude Code", enabled: true, readiness: "missing", detail: "Not found on the server's PATH.", install: "npm i -g @agentclientprotocol/claude-agent-acp", commands: [] },
  { name: ids.agent("gemini"), label: "Gemini CLI", enabled: true, readiness: "failed", detail: "It starts and then asks for a key: set GEMINI_API_KEY.", commands: [] },
  { name: ids.agent("codex"), label: "Codex", enabled: false, readiness: "ready", version: "0.166", commands: [] }
]

export const directory = (scene: string): Directory => {
  if (scene === "first") return { projects: [], sessions: [], chats: [] }
  const now = Date.now()
  const session = (n: number, project: number, title: string, hours: number, archived = false) => ({
    id: ids.session(n), projectId: ids.project(project), title, createdAt: now - hours * hour, archivedAt: archived ? now : null
  })
  const chat = (n: number, of: number, number: number, title: string | null, working = false, agent = "goose") => ({
    id: ids.chat(n), sessionId: ids.session(of), number, title, agent: ids.agent(agent), createdAt: now - n * hour, archivedAt: null, working
  })
  const projects = [
    { id: ids.project(1), path: "/srv/work/boocode", name: "boocode", addedAt: 1 }, { id: ids.project(2), path: "/srv/work/shopfront", name: "shopfront", addedAt: 2 },
    { id: ids.project(3), path: "/srv/work/infra-playbooks", name: "infra-playbooks", addedAt: 3 }
  ]
  if (scene === "nosession") return { projects: projects.slice(0, 2), sessions: [], chats: [] }
  return {
    projects,
    sessions: [
      session(1, 1, "Queue semantics", 0.2), session(2, 1, "Fan-out without blocking a mailbox", 5), session(3, 1, "Docs", 30), session(7, 1, "Spike: PGlite", 400, true),
      session(4, 2, "Checkout: retry payment when the provider times out", 2), session(5, 2, "Dark theme", 52)
    ],
    chats: [
      chat(1, 1, 1, null, !["answer", "empty", "failed", "held", "long"].includes(scene), scene === "scripted" ? "scripted" : "goose"), chat(2, 1, 2, "Review", false, "qwen"), chat(3, 1, 3, "Tests", false, scene === "scripted" ? "scripted" : "goose"),
      chat(4, 2, 1, null, true), chat(5, 3, 1, null), chat(6, 4, 1, null), chat(7, 5, 1, null)
    ]
  }
}

const connections: Readonly<Record<string, ConnectionState>> = {
  offline: { _tag: "Offline", since: Date.now() - 42_000, reason: "The server can't be reached.", advice: "See that it still runs; this page connects by itself once it does." },
  refused: { _tag: "TokenRefused" },
  connecting: { _tag: "Connecting" }
}

const never = () => new Promise<never>(() => {})
const nothing = () => Promise.resolve(done(undefined))
const stop = () => () => {}

const folders = ["/srv/work/boocode", "/srv/work/notes", "/srv/work/shopfront", "/srv/work/infra-playbooks", "/srv/backup"]

export const fakeRemote = (scene: string, chat: Chat): Remote => ({
  onState: (listener) => {
    listener(connections[scene] ?? { _tag: "Online" })
    return () => {}
  },
  addProject: () => Promise.resolve({ _tag: "Refused", message: "/srv/work/notes is not a git repository; run `git init` there first, or choose another directory." }),
  removeProject: nothing,
  completePath: (prefix) => Promise.resolve(done(folders.filter((path) => path.startsWith(prefix)).map((path) => ({ path, repository: !path.endsWith("notes") && !path.endsWith("backup") })))),
  createSession: never, renameSession: nothing, archiveSession: nothing, refreshAgents: () => Promise.resolve(done(agents)), evictBackend: () => Promise.resolve(done(true)),
  createChat: never, prompt: never, stop: never, changePrompt: nothing, withdrawPrompt: nothing, resumeQueue: nothing, setTitle: nothing, setSettings: nothing, answer: nothing, archiveChat: nothing,
  older: never,
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
  watchBackends: stop,
  watchServer: (watcher) => {
    watcher.onValue({
      version: "0.1.0", bootId: ids.boot, demo: true, who: "owner",
      database: scene === "database" ? { _tag: "Away", since: Date.now() - 8000, detail: "connection refused" } : { _tag: "Ok" }
    })
    return () => {}
  }
})
