/**
 * `boocode run`: one prompt to the running server, the answer streamed as it comes. Interrupted by Ctrl-C it stops the
 * turn. With --json: `{chatId, sessionId, turnId}`, then one `{seq, event}` a line, last the TurnEnded.
 */
import { Effect, Option, Path, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Client } from "../../client/rpc/Client.ts"
import { makeClient } from "../../client/rpc/Client.ts"
import { promptByteLimit } from "../../shared/Content.ts"
import { ChatError } from "../../shared/Errors.ts"
import { AgentName, ChatId, PromptId } from "../../shared/Ids.ts"
import type { ChatRow } from "../../shared/Session.ts"
import { causeSentence, type Outcome, type TurnSummary } from "../../shared/Turn.ts"
import { findServer, unreachable } from "./Connect.ts"
import { exit, Fail } from "./Fail.ts"
import { jsonPrinter, type Printer, textPrinter } from "./Printer.ts"
import { dataDirFlag } from "./Serve.ts"

const optional = (name: string, description: string) => Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const flags = {
  project: optional("project", "The project to work in, by path; without it the current directory"),
  agent: optional("agent", "The agent to ask; without it the one used last"),
  model: optional("model", "The model the agent is to use"),
  chat: optional("chat", "Go on in this chat instead of a new session"),
  json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object a line"), Flag.withDefault(false)),
  dataDir: dataDirFlag,
  prompt: Argument.String("prompt").pipe(Argument.withDescription("What to ask"))
}
type Input = Command.Command.Config.Infer<typeof flags>

const bad = (sentence: string) => Effect.fail(new Fail({ code: exit.badArguments, sentence }))

const agentName = (name: string) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)
  ? Effect.succeed(AgentName.make(name))
  : bad(`"${name}" is no agent's name; \`boocode agents\` lists them.`)

const chatId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
  ? Effect.succeed(ChatId.make(id))
  : bad(`"${id}" is no chat's id; it looks like 0b0c0de0-0000-4000-8000-000000000000.`)

/** A session that was made for a prompt which was refused: nothing is in it. */
const withdraw = (client: Client, { sessionId }: Pick<ChatRow, "sessionId">) =>
  Effect.ignore(client["session.Delete"]({ sessionId, losses: "discard" }))

/** The chat to prompt, with its session: the one named, or a new one in a new session of the project. */
const chatFor = Effect.fnUntraced(function*(client: Client, input: Input, agent: AgentName | undefined) {
  if (Option.isSome(input.chat)) {
    const id = yield* chatId(input.chat.value)
    const directory = yield* Stream.runHead(client["project.Watch"]())
    const chat = Option.flatMap(directory, ({ chats }) => Option.fromNullishOr(chats.find((one) => one.id === id)))
    return Option.isSome(chat) ? chat.value : yield* new ChatError({ reason: { _tag: "UnknownChat", chatId: id } })
  }
  const path = yield* Path.Path
  const project = yield* client["project.Add"]({ path: path.resolve(Option.getOrElse(input.project, () => ".")) })
  const session = yield* client["session.Create"]({ projectId: project.id })
  return yield* client["chat.Create"]({ sessionId: session.id, ...(agent === undefined ? {} : { agent }) }).pipe(
    Effect.tapError((error) => error._tag === "ChatError" ? withdraw(client, { sessionId: session.id }) : Effect.void))
})

const codeOf: Record<Outcome, number> = { completed: 0, failed: exit.failed, interrupted: exit.failed, stopped: exit.stopped }

/** Prints the turn until it has ended. The watch stands before the prompt is sent, so that nothing is missed. */
const follow = Effect.fnUntraced(function*<E>(client: Client, id: ChatId, promptId: PromptId, printer: Printer, send: Effect.Effect<unknown, E>) {
  let sent = false
  const ended = yield* client["chat.Watch"]({ chatId: id }).pipe(
    Stream.mapEffect((frame) => Effect.gen(function*() {
      const turn: TurnSummary | undefined = printer.take(frame, promptId)
      if (!sent) {
        sent = true
        yield* send
      }
      return turn
    })),
    Stream.filter((turn) => turn?.outcome !== undefined),
    Stream.runHead
  )
  return Option.getOrUndefined(ended)
})

const run = Effect.fnUntraced(function*(input: Input) {
  const agent = Option.isSome(input.agent) ? yield* agentName(input.agent.value) : undefined
  const bytes = new TextEncoder().encode(input.prompt).length
  if (bytes > promptByteLimit) return yield* new ChatError({ reason: { _tag: "PromptTooLarge", bytes, limit: promptByteLimit } })
  const server = yield* findServer(input.dataDir)
  const code = yield* Effect.scoped(Effect.gen(function*() {
    const client = yield* makeClient(server)
    const chat = yield* chatFor(client, input, agent)
    const promptId = PromptId.make(crypto.randomUUID())
    const printer = (input.json ? jsonPrinter : textPrinter)({ chatId: chat.id, sessionId: chat.sessionId })
    const send = client["chat.Prompt"]({
      chatId: chat.id, promptId, content: [{ type: "text", text: input.prompt }],
      ...(agent === undefined ? {} : { agent }), ...(Option.isSome(input.model) ? { settings: { model: input.model.value } } : {})
    }).pipe(Effect.tapError((error) => error._tag === "ChatError" && Option.isNone(input.chat) ? withdraw(client, chat) : Effect.void))
    const turn = yield* follow(client, chat.id, promptId, printer, send).pipe(
      Effect.onInterrupt(() => Effect.ignore(Effect.timeoutOption(client["chat.Stop"]({ chatId: chat.id }), "2 seconds"))))
    if (turn?.outcome === undefined || turn.cause === undefined) return exit.failed
    if (turn.outcome !== "completed" && !input.json) process.stderr.write(`${causeSentence(turn.cause)}\n`)
    return codeOf[turn.outcome]
  })).pipe(Effect.catchTag("RpcClientError", () => unreachable(server.url)))
  if (code !== 0) return yield* new Fail({ code, sentence: "" })
})

export const runCommand = Command.make("run", flags, run).pipe(
  Command.withDescription("Send one prompt to the running server and stream the answer"))
