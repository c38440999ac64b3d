/**
 * The rows of the agents that boocode knows, in the order in which they are offered. What stands here was seen on the
 * programs themselves, on Linux: opencode 1.18, goose 1.52, qwen 0.24, gemini 0.61, claude-agent-acp 0.101, codex-acp 2.6.
 */
import { AgentName } from "../../../shared/Ids.ts"
import { type AgentRow, plainQuirks } from "../AgentRow.ts"
import { drillFiles } from "./DrillPrompts.ts"

const acp = { protocol: "acp", versionArgs: ["--version"], env: {}, forcedEnv: {} } as const

const opencode: AgentRow = {
  ...acp,
  name: AgentName.make("opencode"), label: "opencode", programs: ["opencode"], args: [], protocol: "opencode",
  install: "npm install -g opencode-ai",
  // a program that replaces itself while its sessions are open
  env: { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_ENABLE_QUESTION_TOOL: "1" },
  // it has no mode that asks
  forcedEnv: { OPENCODE_PERMISSION: JSON.stringify({ edit: "ask", bash: "ask" }) },
  commands: [
    { name: "init", description: "Create or update AGENTS.md" },
    { name: "review", description: "Review changes", hint: "commit, branch or pull request" },
    { name: "compact", description: "Compact the session" }
  ],
  // of its plugin for dynamic context pruning, repeated by the model
  quirks: { ...plainQuirks, stripTags: ["dcp-message-id", "dcp-system-reminder"] }
}

const goose: AgentRow = {
  ...acp,
  name: AgentName.make("goose"), label: "goose", programs: ["goose", "goose-binary-linux-x64"], args: ["acp"],
  install: "npm install -g @aaif/goose-binary-linux-x64",
  commands: [
    { name: "compact", description: "Compact the conversation history" },
    { name: "clear", description: "Clear the conversation history" },
    { name: "goal", description: "Set a goal to satisfy before finishing; /goal off clears it" },
    { name: "prompts", description: "List available prompts" },
    { name: "prompt", description: "Execute a prompt, or show it with --info" },
    { name: "skills", description: "List installed skills" },
    { name: "status", description: "Show model, provider, mode and token usage" }
  ],
  quirks: { askModes: ["approve"], resume: "load", usage: "last call", cost: "none" }
}

const qwen: AgentRow = {
  ...acp,
  name: AgentName.make("qwen"), label: "Qwen Code", programs: ["qwen"], args: ["--acp"],
  install: "npm install -g @qwen-code/qwen-code",
  commands: [
    { name: "init", description: "Analyse the project and create QWEN.md" },
    { name: "compress", description: "Replace the context by a summary" },
    { name: "clear", description: "Clear the conversation history" },
    { name: "summary", description: "Write a summary of the project to .qwen/PROJECT_SUMMARY.md", hint: "path" },
    { name: "review", description: "Review changed code" },
    { name: "goal", description: "Set or control a goal of the session", hint: "objective" },
    { name: "remember", description: "Save a memory", hint: "text to remember" },
    { name: "status", description: "Show version and settings" }
  ],
  quirks: { askModes: ["default"], resume: "resume", usage: "chunk meta", cost: "none" }
}

const claude: AgentRow = {
  ...acp,
  name: AgentName.make("claude"), label: "Claude Code", programs: ["claude-agent-acp"], args: [],
  install: "npm install -g @agentclientprotocol/claude-agent-acp",
  env: { DISABLE_AUTOUPDATER: "1" },
  commands: [
    { name: "compact", description: "Compact the conversation, keeping a summary", hint: "what to keep" },
    { name: "init", description: "Create CLAUDE.md for the project" },
    { name: "review", description: "Review a pull request" }
  ],
  quirks: { ...plainQuirks, askModes: ["default"] }
}

const codex: AgentRow = {
  ...acp,
  name: AgentName.make("codex"), label: "Codex", programs: ["codex-acp"], args: [],
  install: "npm install -g @agentclientprotocol/codex-acp",
  commands: [
    { name: "status", description: "Show the session's configuration and token usage" },
    { name: "mcp", description: "List configured MCP tools" },
    { name: "skills", description: "List available skills" }
  ],
  quirks: { ...plainQuirks, askModes: ["read-only", "edit-internal"], cost: "none", rejectReported: ["cancelled"] }
}

const gemini: AgentRow = {
  ...acp,
  name: AgentName.make("gemini"), label: "Gemini CLI", programs: ["gemini"], args: ["--acp"],
  install: "npm install -g @google/gemini-cli",
  // one process instead of a wrapper that starts itself again
  env: { GEMINI_CLI_NO_RELAUNCH: "1" },
  commands: [],
  // loading a session within a minute of its creation erases it for good
  quirks: { askModes: ["default"], resume: "never", usage: "answer meta", cost: "none", replayAfterLoad: true, ownFiles: true }
}

/** How this program is started again. */
export interface SelfCommand { readonly command: string; readonly args: ReadonlyArray<string> }

/** The scripted agent: this program itself. */
export const scriptedRow = ({ args, command }: SelfCommand): AgentRow => ({
  ...acp,
  name: AgentName.make("scripted"), label: "Scripted agent", programs: [command], args: [...args, "scripted-agent"],
  install: "It is part of boocode; start the server with --demo.", versionArgs: [], commands: [],
  quirks: plainQuirks,
  drill: {
    answer: "say {word}", remember: "remember {word}\nsay {word}", recall: "recall", long: "stream 5000 every 5",
    tool: `tool Read ${drillFiles.read} 20\nsay {word}`,
    rejected: `permission Write ${drillFiles.rejected}`, allowed: `permission Write ${drillFiles.allowed}\nwrite ${drillFiles.allowed} made`
  }
})

export const builtinRows: ReadonlyArray<AgentRow> = [opencode, claude, codex, gemini, goose, qwen]
