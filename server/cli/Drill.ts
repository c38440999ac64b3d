/**
 * `boocode drill AGENT`: certifies an installed agent. By the running server, which keeps the result with the agent's row;
 * where none runs, here, and nothing is kept.
 */
import { Console, Effect, Layer, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { makeClient } from "../../client/rpc/Client.ts"
import { type DrillNews, type DrillReport, hasFailed } from "../../shared/Drill.ts"
import { AgentName } from "../../shared/Ids.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import { AgentRowsPort } from "../agent/catalog/AgentRowsPort.ts"
import { ProcessLedger } from "../agent/ProcessLedger.ts"
import { selfCommand, version } from "../Config.ts"
import { drillNews } from "../drill/Drills.ts"
import { drillFarewell, drillJson, drillLine } from "../drill/DrillTable.ts"
import { Git } from "../work/git/Git.ts"
import { findServer, unreachable } from "./Connect.ts"
import { exit, Fail } from "./Fail.ts"
import { dataDirFlag } from "./Serve.ts"

const flags = {
  json: Flag.Boolean("json").pipe(Flag.withDescription("The report as JSON, when it is done"), Flag.withDefault(false)),
  dataDir: dataDirFlag,
  agent: Argument.String("agent").pipe(Argument.withDescription("The agent to drill; `boocode agents` lists them"))
}
type Input = Command.Command.Config.Infer<typeof flags>

const bad = (sentence: string) => new Fail({ code: exit.badArguments, sentence })

const agentName = (name: string) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)
  ? Effect.succeed(AgentName.make(name)) : Effect.fail(bad(`"${name}" is no agent's name; \`boocode agents\` lists them.`))

/** Without a server: with what `agents.json` says, and the scripted agent among the others. */
const here = (agent: AgentName, dataDir: string) => Stream.unwrap(Effect.gen(function*() {
  const found = yield* Effect.flatMap(AgentCatalog, ({ find }) => find(agent))
  yield* Console.error("No server is running: the drill runs here, and its result is not kept.")
  return drillNews(found, { version }, () => Effect.void)
})).pipe(Stream.provide(Layer.mergeAll(
  AgentCatalog.layer({ dataDir, demo: true, selfCommand: selfCommand() }).pipe(Layer.provide(AgentRowsPort.layerMemory())),
  ProcessLedger.layerMemory, Git.layer)))

const there = (agent: AgentName, server: { readonly url: string; readonly token: string }) => Stream.unwrap(
  Effect.map(makeClient(server), (client) => client["agent.Drill"]({ agent }))
).pipe(Stream.catchTag("RpcClientError", () => Stream.fail(unreachable(server.url))))

const say = (json: boolean) => (news: DrillNews) => {
  if (json) return Effect.void
  switch (news._tag) {
    case "Began": return Effect.sync(() => { if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K… ${news.step}`) })
    case "Ended": return Effect.andThen(Effect.sync(() => { if (process.stderr.isTTY) process.stderr.write("\r\u001b[K") }), Console.log(drillLine(news.line)))
    case "Done": return Console.log(drillFarewell(news.report))
  }
}

const run = Effect.fnUntraced(function*({ agent, dataDir, json }: Input) {
  const name = yield* agentName(agent)
  const server = yield* Effect.option(findServer(dataDir))
  const news = Option.isSome(server) ? there(name, server.value) : here(name, dataDir)
  const last = yield* news.pipe(
    Stream.tap(say(json)), Stream.runLast,
    Effect.catchTags({
      ChatError: (error) => Effect.fail(error.reason._tag === "UnknownAgent" ? bad(error.message) : new Fail({ code: exit.failed, sentence: error.message })),
      Unauthorized: (error) => Effect.fail(new Fail({ code: exit.failed, sentence: error.message }))
    }))
  const report: DrillReport | undefined = Option.isSome(last) && last.value._tag === "Done" ? last.value.report : undefined
  if (report === undefined) return yield* new Fail({ code: exit.failed, sentence: "The drill broke off." })
  if (json) yield* Console.log(drillJson(report))
  if (hasFailed(report)) return yield* new Fail({ code: exit.failed, sentence: "" })
}, Effect.scoped)

export const drillCommand = Command.make("drill", flags, run).pipe(
  Command.withDescription("Certify an installed agent: start, prompt, tool, permission, cancel, crash, resume"))
