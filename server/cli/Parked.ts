/** `boocode parked` and `boocode unpark NAME`: what the running server has parked, and a session with it again. */
import { Console, Effect, FileSystem, Option, Path, Predicate, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type Client, makeClient } from "../../client/rpc/Client.ts"
import type { ParkedWork } from "../../shared/Guard.ts"
import type { Project } from "../../shared/Session.ts"
import { findServer, unreachable } from "./Connect.ts"
import { exit, Fail } from "./Fail.ts"
import { called, named, parkedJson, parkedTable } from "./ParkedTable.ts"
import { plain } from "../agent/catalog/AgentTable.ts"
import { dataDirFlag } from "./Serve.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false))
const listFlags = {
  project: Flag.String("project").pipe(Flag.withDescription("Of the project that this directory lies in; without it of all"), Flag.optional),
  json, dataDir: dataDirFlag
}
const unparkFlags = {
  json, dataDir: dataDirFlag,
  name: Argument.String("name").pipe(Argument.withDescription("What to restore; `boocode parked` lists the names"))
}

const refused = (sentence: string) => new Fail({ code: exit.failed, sentence })

/** As many as one call answers. */
const pageSize = 200

const allParked = Effect.fnUntraced(function*(client: Client, project?: Project) {
  const all: Array<ParkedWork> = []
  for (let full = true; full;) {
    const last = all.at(-1)
    const page = yield* client["session.Parked"]({
      limit: pageSize, ...project === undefined ? {} : { projectId: project.id }, ...last === undefined ? {} : { before: { parkedAt: last.parkedAt, id: last.id } }
    })
    all.push(...page)
    full = page.length === pageSize
  }
  return all
})

const allProjects = (client: Client) => Effect.map(Stream.runHead(client["project.Watch"]()), Option.match({
  onNone: (): ReadonlyArray<Project> => [], onSome: ({ projects }) => projects
}))

/** The innermost project that holds the directory. */
const projectAt = Effect.fnUntraced(function*(projects: ReadonlyArray<Project>, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const real = yield* Effect.orElseSucceed(fs.realPath(directory), () => path.resolve(directory))
  const [found] = projects.filter((one) => real === one.path || real.startsWith(`${one.path}/`)).toSorted((a, b) => b.path.length - a.path.length)
  return found ?? (yield* refused(`${directory} lies in none of the server's projects.`))
})

/** With the server's client, for as long as it takes. */
const withServer = <A, E, R>(dataDir: string, use: (client: Client) => Effect.Effect<A, E, R>) => Effect.gen(function*() {
  const server = yield* findServer(dataDir)
  return yield* Effect.scoped(Effect.flatMap(makeClient(server), use)).pipe(
    Effect.catchIf(Predicate.isTagged("RpcClientError"), () => unreachable(server.url)))
})

const list = ({ dataDir, json, project }: Command.Command.Config.Infer<typeof listFlags>) => withServer(dataDir, Effect.fnUntraced(function*(client) {
  const projects = yield* allProjects(client)
  const only = Option.isNone(project) ? undefined : yield* projectAt(projects, project.value)
  const parked = named(yield* allParked(client, only))
  yield* Console.log((json ? parkedJson : parkedTable)(parked, projects))
}))

export const parkedCommand = Command.make("parked", listFlags, list).pipe(
  Command.withDescription("List the work that is parked, the newest first"))

const unpark = ({ dataDir, json, name }: Command.Command.Config.Infer<typeof unparkFlags>) => withServer(dataDir, Effect.fnUntraced(function*(client) {
  const [found, ...others] = called(name, named(yield* allParked(client)))
  if (found === undefined) return yield* refused(`Nothing that is parked is called "${name}"; \`boocode parked\` lists what is.`)
  if (others.length > 0) return yield* refused(`"${name}" may be ${[found, ...others].map((one) => one.name).join(" or ")}; name more of it.`)
  const session = yield* client["session.Restore"]({ parkedId: found.id })
  yield* Console.log(json ? JSON.stringify(session, null, 2)
    : `"${plain(session.title)}" is ${found.sessionId === null ? "a session again" : "open again"}; its files are in ${session.worktree ?? "no worktree yet"}`)
}))

export const unparkCommand = Command.make("unpark", unparkFlags, unpark).pipe(
  Command.withDescription("Restore parked work: a session with its files as they were"))
