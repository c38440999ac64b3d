// How to start the real agents that tests drive, against a scripted model and in a home of their own: nothing reaches the network
// or the user's own files. Found in node_modules; what is not installed is undefined. The notes on tools are measured.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, delimiter, dirname, join } from "node:path"
import type { Launch } from "./AcpProbe.ts"

/** `home` is a folder of the test; the agent's settings, sessions and caches go there. */
export interface RealAgentOptions {
  readonly model: string
  readonly home: string
  /** The agent's own name of the mode to start in; by default the one that asks. */
  readonly mode?: string
}

const modules = createRequire(import.meta.url)

/** The folder of an installed package. */
const folderOf = (name: string): string | undefined => {
  try {
    return dirname(modules.resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** PATH without the folder in which `bun --bun` passes itself off as node: agents are to run on what they run on elsewhere. */
const pathFolders = () => (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !basename(folder).startsWith("bun-node-"))

const findProgram = (name: string): string | undefined =>
  pathFolders().map((folder) => join(folder, name)).find((file) => existsSync(file))

/** A home that holds everything an agent keeps, whatever it thinks of XDG. */
const privateHome = (home: string): Record<string, string> => {
  mkdirSync(home, { recursive: true })
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    PATH: pathFolders().join(delimiter),
    NO_COLOR: "1"
  }
}

const writeSettings = (path: string, settings: unknown) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(settings, null, 2))
}

/** Tools: write {path, content}, edit {path, before, after}, shell {command}. Modes: approve asks for each of them, auto for none. */
export const goose = ({ home, mode = "approve", model }: RealAgentOptions): Launch | undefined => {
  const folder = folderOf("@aaif/goose-binary-linux-x64")
  if (folder === undefined) return undefined
  return {
    command: join(folder, "bin", "goose"),
    args: ["acp"],
    env: {
      ...privateHome(home),
      GOOSE_PROVIDER: "openai",
      GOOSE_MODEL: "scripted",
      OPENAI_HOST: model,
      OPENAI_API_KEY: "none",
      GOOSE_MODE: mode,
      GOOSE_DISABLE_KEYRING: "true",
      // "1" is not understood here
      GOOSE_DISABLE_SESSION_NAMING: "true",
      GOOSE_TELEMETRY_OFF: "true"
    }
  }
}

/**
 * Tools: write_file {file_path, content}, edit {file_path, old_string, new_string}, run_shell_command {command, is_background}; paths
 * must be absolute. Runs on the node of PATH, 20 or newer. Modes: default asks for edits and for commands that change something, yolo for nothing.
 */
export const qwen = ({ home, mode = "default", model }: RealAgentOptions): Launch | undefined => {
  const folder = folderOf("@qwen-code/qwen-code")
  const node = findProgram("node")
  if (folder === undefined || node === undefined) return undefined
  writeSettings(join(home, ".qwen", "settings.json"), {
    security: { auth: { selectedType: "openai" } },
    telemetry: { enabled: false },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false },
    memory: { enableManagedAutoMemory: false, enableManagedAutoDream: false },
    ui: { enableFollowupSuggestions: false },
    tools: { approvalMode: mode }
  })
  return {
    command: node,
    args: [join(folder, "cli-entry.js"), "--acp"],
    env: {
      ...privateHome(home),
      OPENAI_BASE_URL: `${model}/v1`,
      OPENAI_API_KEY: "none",
      OPENAI_MODEL: "scripted",
      // else it starts itself a second time, with more memory
      QWEN_CODE_NO_RELAUNCH: "1"
    }
  }
}

const opencodeConfig = (model: string) => ({
  model: "scripted/scripted",
  small_model: "scripted/scripted",
  enabled_providers: ["scripted"],
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      name: "Scripted",
      options: { baseURL: `${model}/v1`, apiKey: "none" },
      models: {
        scripted: { name: "Scripted", limit: { context: 200_000, output: 8_000 }, cost: { input: 1, output: 2 } }
      }
    }
  },
  permission: { edit: "ask", bash: "ask" },
  share: "disabled",
  autoupdate: false
})

/** Into each folder of settings it installs this package at its start, and its first prompt waits for that; where a lock says so, it is there. */
const ownPlugin = { dependencies: { "@opencode-ai/plugin": "*" } }

const withoutInstall = (home: string) => {
  const folder = join(home, ".config", "opencode")
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  writeSettings(join(folder, "package.json"), ownPlugin)
  writeSettings(join(folder, "package-lock.json"), { lockfileVersion: 3, packages: { "": ownPlugin } })
}

/** Of the two builds for x64 the one that this processor runs: what the package's own install script would choose. */
const opencodeProgram = (): string | undefined => {
  const plain = `opencode-${process.platform}-${process.arch}`
  const isOld = process.arch === "x64" && process.platform === "linux" && !readFileSync("/proc/cpuinfo", "utf8").includes("avx2")
  const folder = folderOf(isOld ? `${plain}-baseline` : plain)
  return folder === undefined ? undefined : join(folder, "bin", "opencode")
}

/**
 * Without arguments, as boocode wants it for its server. Tools: write {filePath, content}, edit, bash {command, description}, question
 * {questions}, task {description, subagent_type, prompt}, todowrite {todos}. Asks for edits and commands.
 */
export const opencode = ({ home, model }: RealAgentOptions): Launch | undefined => {
  const command = opencodeProgram()
  if (command === undefined) return undefined
  withoutInstall(home)
  return {
    command,
    args: [],
    env: {
      ...privateHome(home),
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(model)),
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      OPENCODE_DISABLE_CLAUDE_CODE: "1",
      OPENCODE_ENABLE_QUESTION_TOOL: "1"
    }
  }
}

/** The same over ACP. */
export const opencodeAcp = (options: RealAgentOptions): Launch | undefined => {
  const launch = opencode(options)
  return launch === undefined ? undefined : { ...launch, args: ["acp"] }
}

/** Tools: write_file {file_path, content}, replace, run_shell_command {command}. Modes: default asks, yolo for nothing (in trusted folders). */
export const gemini = ({ home, model }: RealAgentOptions): Launch | undefined => {
  const folder = folderOf("@google/gemini-cli")
  const node = findProgram("node")
  if (folder === undefined || node === undefined) return undefined
  writeSettings(join(home, ".gemini", "settings.json"), {
    security: { auth: { selectedType: "gemini-api-key" } },
    telemetry: { enabled: false },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false }
  })
  return {
    command: node,
    args: [join(folder, "bundle", "gemini.js"), "--acp"],
    env: { ...privateHome(home), GOOGLE_GEMINI_BASE_URL: model, GEMINI_API_KEY: "none", GEMINI_CLI_NO_RELAUNCH: "1" }
  }
}

/** Tools: Write {file_path, content}, Edit, Bash {command, description}; paths must be absolute. Modes: default asks. */
export const claude = ({ home, mode = "default", model }: RealAgentOptions): Launch | undefined => {
  const folder = folderOf("@agentclientprotocol/claude-agent-acp")
  const node = findProgram("node")
  if (folder === undefined || node === undefined) return undefined
  writeSettings(join(home, ".claude.json"), { hasCompletedOnboarding: true })
  writeSettings(join(home, ".claude", "settings.json"), { permissions: { defaultMode: mode } })
  return {
    command: node,
    args: [join(folder, "dist", "index.js")],
    env: {
      ...privateHome(home),
      // says that root may bypass permissions, which the program itself refuses unless it is 1
      IS_SANDBOX: "",
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: "none",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_ERROR_REPORTING: "1",
      DISABLE_AUTOUPDATER: "1"
    }
  }
}

/** A model whose name it knows: of others it warns in every turn. */
const codexConfig = (model: string) => `model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
approval_policy = "on-request"
sandbox_mode = "workspace-write"
[analytics]
enabled = false
[model_providers.scripted]
name = "Scripted"
base_url = "${model}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
`

/** Tools: exec_command {cmd}, apply_patch (freeform). Modes: read-only asks for both. */
export const codex = ({ home, model }: RealAgentOptions): Launch | undefined => {
  const folder = folderOf("@agentclientprotocol/codex-acp")
  const node = findProgram("node")
  if (folder === undefined || node === undefined) return undefined
  mkdirSync(join(home, ".codex"), { recursive: true })
  writeFileSync(join(home, ".codex", "config.toml"), codexConfig(model))
  return {
    command: node,
    args: [join(folder, "dist", "index.js")],
    env: { ...privateHome(home), CODEX_HOME: join(home, ".codex"), SCRIPTED_KEY: "none" }
  }
}
