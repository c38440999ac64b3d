/** `boocode serve`: its flags, each with its variable, and the server until it is told to stop. */
import { Config, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Command, Flag } from "effect/cli"
import { defaultDataDir, type ServeConfig } from "../Config.ts"
import { server } from "../Server.ts"
import { exit, Fail } from "./Fail.ts"

const text = (name: string, variable: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${description} [${variable}]`), Flag.withFallbackConfig(Config.String(variable)))

/** Repeated as a flag; in the variable separated by commas. */
const list = (name: string, variable: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${description} (repeat) [${variable}]`), Flag.atLeast(1),
    Flag.withFallbackConfig(Config.map(Config.String(variable), (value) => value.split(",").map((one) => one.trim()).filter((one) => one !== ""))),
    Flag.withDefault([]))

const flag = (name: string, variable: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(`${description} [${variable}]`), Flag.withFallbackConfig(Config.Boolean(variable)), Flag.withDefault(false))

const int = (name: string, variable: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(`${description} [${variable}]`), Flag.withFallbackConfig(Config.Int(variable)))

export const dataDirFlag = text("data-dir", "BOOCODE_DATA_DIR", "Where everything is kept").pipe(Flag.withDefault(defaultDataDir()))

const bad = (sentence: string) => Effect.fail(new Fail({ code: exit.badArguments, sentence }))

const flags = {
  host: text("host", "BOOCODE_HOST", "The address to listen on").pipe(Flag.withDefault("127.0.0.1")),
  port: int("port", "BOOCODE_PORT", "The port to listen on; 0 takes a free one").pipe(Flag.withDefault(4690)),
  dataDir: dataDirFlag,
  databaseUrl: text("database-url", "BOOCODE_DATABASE_URL", "An external Postgres; without it one is embedded").pipe(Flag.optional),
  demo: flag("demo", "BOOCODE_DEMO", "Offer the scripted agent, for a look without any agent or key"),
  open: flag("open", "BOOCODE_OPEN", "Open the page in a browser"),
  allowHosts: list("allow-host", "BOOCODE_ALLOW_HOST", "A further name this server is known by"),
  allowOrigins: list("allow-origin", "BOOCODE_ALLOW_ORIGIN", "A further origin whose pages may connect"),
  maxBackends: int("max-backends", "BOOCODE_MAX_BACKENDS", "Live agents kept at most").pipe(Flag.withDefault(10)),
  idleTtl: text("idle-ttl", "BOOCODE_IDLE_TTL", "How long an idle agent is kept, as in 30m or 45s").pipe(Flag.withDefault("30m")),
  archivedGrace: text("archived-grace", "BOOCODE_ARCHIVED_GRACE", "How long the worktree of an archived session is kept, as in 14d, before its work is parked").pipe(Flag.withDefault("14d")),
  deletedGrace: text("deleted-grace", "BOOCODE_DELETED_GRACE", "How long that of a deleted session is kept that could not go at once").pipe(Flag.withDefault("1d"))
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const durationOf = (input: string): Option.Option<Duration.Duration> => {
  const [, amount, unit] = /^(\d+)\s*(ms|s|m|h|d)$/.exec(input.trim()) ?? []
  const factor = units[unit ?? ""]
  return amount === undefined || factor === undefined ? Option.none() : Option.some(Duration.millis(Number(amount) * factor))
}

/** Why the address can't be listened on. */
const portSentence = ({ host, port }: ServeConfig, cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "EADDRINUSE") return `Port ${port} on ${host} is in use; stop what listens there, or choose another with --port (0 takes a free one).`
  if (code === "EACCES") return `Port ${port} may not be listened on by this user; choose one from 1024 with --port.`
  return `${host}:${port} can't be listened on: ${cause instanceof Error ? cause.message : String(cause)}`
}

const serve = Effect.fnUntraced(function*(input: Command.Command.Config.Infer<typeof flags>) {
  const idleTimeToLive = durationOf(input.idleTtl)
  if (Option.isNone(idleTimeToLive)) return yield* bad(`--idle-ttl takes a time such as 30m, 45s or 2h, not "${input.idleTtl}".`)
  const archivedGrace = durationOf(input.archivedGrace), deletedGrace = durationOf(input.deletedGrace)
  if (Option.isNone(archivedGrace)) return yield* bad(`--archived-grace takes a time such as 14d or 12h, not "${input.archivedGrace}".`)
  if (Option.isNone(deletedGrace)) return yield* bad(`--deleted-grace takes a time such as 1d or 12h, not "${input.deletedGrace}".`)
  if (input.port < 0 || input.port > 65535) return yield* bad(`--port takes a number from 0 to 65535, not ${input.port}.`)
  if (input.maxBackends < 1) return yield* bad(`--max-backends takes a number from 1, not ${input.maxBackends}.`)
  const { databaseUrl, idleTtl: _, ...rest } = input
  const config: ServeConfig = {
    ...rest, idleTimeToLive: idleTimeToLive.value, archivedGrace: archivedGrace.value, deletedGrace: deletedGrace.value, databaseUrl: Option.getOrUndefined(Option.map(databaseUrl, (url) => Redacted.make(url)))
  }
  return yield* Layer.launch(server(config)).pipe(Effect.catchTag("ServeError", ({ cause }) => Effect.fail(new Fail({
    code: exit.failed, sentence: portSentence(config, cause)
  }))))
})

export const serveCommand = Command.make("serve", flags, serve).pipe(
  Command.withDescription("Start the server with its database and its page"))
