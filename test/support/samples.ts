/** Samples: a catalogue and a directory as a server in use has them, for the page's tests and its gallery. */
import type { AgentInfo } from "../../shared/Agent.ts"
import type { Directory } from "../../shared/Session.ts"
import { ids } from "./chatLog.ts"

const hour = 3_600_000

export const agents: ReadonlyArray<AgentInfo> = [
  { name: ids.agent("goose"), label: "goose", enabled: true, resumes: true, readiness: "ready", version: "1.52.0", commands: [] },
  { name: ids.agent("qwen"), label: "Qwen Code", enabled: true, resumes: true, readiness: "ready", version: "0.24.4", commands: [] },
  { name: ids.agent("scripted"), label: "Scripted agent", enabled: true, resumes: true, readiness: "ready", version: "0.1.0", commands: [{ name: "say", description: "Says what follows" }] },
  { name: ids.agent("opencode"), label: "opencode", enabled: true, resumes: true, readiness: "loading", detail: "Asking it what it can do…", commands: [] },
  { name: ids.agent("claude"), label: "Claude Code", enabled: true, resumes: true, readiness: "missing", detail: "Not found on the server's PATH.", install: "npm i -g @agentclientprotocol/claude-agent-acp", commands: [] },
  { name: ids.agent("gemini"), label: "Gemini CLI", enabled: true, resumes: false, readiness: "failed", detail: "It starts and then asks for a key: set GEMINI_API_KEY.", commands: [] },
  { name: ids.agent("codex"), label: "Codex", enabled: false, resumes: true, readiness: "ready", version: "0.166", commands: [] }
]

export const directory = (scene: string): Directory => {
  if (scene === "first") return { projects: [], sessions: [], chats: [] }
  const now = Date.now()
  const session = (n: number, project: number, title: string, hours: number, archived = false) => ({
    id: ids.session(n), projectId: ids.project(project), title, createdAt: now - hours * hour, archivedAt: archived ? now : null
  })
  const chat = (n: number, of: number, number: number, title: string | null, working = false, agent = "goose") => ({
    id: ids.chat(n), sessionId: ids.session(of), number, title, agent: ids.agent(agent), createdAt: now - n * hour, archivedAt: null, working,
    waiting: n === 1 && ["permission", "form"].includes(scene), lastEndedAt: working ? null : now - n * hour, lastOutcome: working ? null : "completed" as const
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
