/** How a command finds the running server, and talks to it. */
import { Config, Effect, Option } from "effect"
import { readServerFile } from "../ServerFile.ts"
import { exit, Fail } from "./Fail.ts"

const variable = (name: string) => Config.option(Config.String(name))

const noServer = (dataDir: string) => new Fail({
  code: exit.noServer, sentence: `No boocode server is running with the data directory ${dataDir}; start one with \`boocode serve\`, or set BOOCODE_URL and BOOCODE_TOKEN.`
})

/** By BOOCODE_URL and BOOCODE_TOKEN, else by `server.json` in the data directory. */
export const findServer = Effect.fnUntraced(function*(dataDir: string) {
  const url = yield* variable("BOOCODE_URL")
  const token = yield* variable("BOOCODE_TOKEN")
  if (Option.isSome(url) && Option.isSome(token)) return { url: url.value, token: token.value }
  const file = yield* readServerFile(dataDir)
  if (Option.isNone(file)) return yield* noServer(dataDir)
  return { url: Option.getOrElse(url, () => file.value.url), token: Option.getOrElse(token, () => file.value.token) }
})

/** A call that can't be made because nobody is there. */
export const unreachable = (url: string) => new Fail({
  code: exit.noServer, sentence: `The server at ${url} can't be reached; is it running, and is the token right?`
})
