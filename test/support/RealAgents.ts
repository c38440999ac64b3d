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
      OPENAI_MODEL: "scripted"
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
  return command === undefined ? undefined : {
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
