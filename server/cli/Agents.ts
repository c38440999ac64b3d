/** `boocode agents` and `boocode doctor`: what there is, what is missing, and how to get it. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { makeClient } from "../../client/rpc/Client.ts"
import { agentJson, agentTable } from "../agent/catalog/AgentTable.ts"
import { selfCommand } from "../Config.ts"
import { doctor, doctorJson, doctorText, localAgents, passes } from "../Doctor.ts"
import { findServer } from "./Connect.ts"
import { exit, Fail } from "./Fail.ts"
import { dataDirFlag } from "./Serve.ts"

const flags = {
  json: Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false)),
  dataDir: dataDirFlag
}
type Input = Command.Command.Config.Infer<typeof flags>

/** The running server's catalogue, looked through again; where none runs, the one it would have. */
const agentsOf = (dataDir: string) => Effect.scoped(Effect.gen(function*() {
  const server = yield* findServer(dataDir)
  const client = yield* makeClient(server)
  return yield* client["agent.Refresh"]()
})).pipe(Effect.catch(() => localAgents({ dataDir, selfCommand: selfCommand(), demo: false })))

const agents = ({ dataDir, json }: Input) => Effect.flatMap(agentsOf(dataDir), (found) => Console.log(json ? agentJson(found) : agentTable(found)))

export const agentsCommand = Command.make("agents", flags, agents).pipe(
  Command.withDescription("List the agents: what is ready, what is missing and how to get it"))

const examine = Effect.fnUntraced(function*({ dataDir, json }: Input) {
  const lines = yield* doctor({ dataDir, selfCommand: selfCommand(), demo: false })
  yield* Console.log(json ? doctorJson(lines) : doctorText(lines))
  if (!passes(lines)) return yield* new Fail({ code: exit.failed, sentence: "" })
})

export const doctorCommand = Command.make("doctor", flags, examine).pipe(
  Command.withDescription("Examine this machine: each line ok, or what to do"))
