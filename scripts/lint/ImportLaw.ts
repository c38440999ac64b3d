/**
 * ImportLaw: who may import whom.
 *
 * Judges paths, not names: an import is resolved to the file it means. The first zone that a file is in judges it. The
 * linter asks here for every import (`house.ts`); each line of the law is shown to go red in `house.test.ts`.
 */
import { posix } from "node:path"

interface Zone {
  /** The files it speaks of, by their path from the checkout. */
  readonly files: RegExp
  /** All that they may import, ours by path and packages by name; everything where it is absent. */
  readonly only?: RegExp
  /** What they may not import in any case. */
  readonly never?: RegExp
  readonly law: string
}

const zones: ReadonlyArray<Zone> = [
  { files: /^shared\//, only: /^(shared\/|effect(\/|$))/, law: "shared/ runs in the browser too: it imports effect and itself" },
  { files: /^server\/actor\//, only: /^(server\/actor\/|effect(\/|$))/, law: "actor/ is a kit: it imports nothing of ours" },
  {
    files: /^server\/chat\/(\w*Decider|ChatMessage|decide)\.ts$/,
    only: /^(shared\/|server\/chat\/(\w*Decider|ChatMessage)\.ts$)/,
    law: "deciders are pure: they import shared/ and each other"
  },
  { files: /^server\/chat\//, never: /^server\/(edge|agent\/\w+)\/|^client\//, law: "chat/ sees agents by their contracts and no edge" },
  { files: /^server\/agent\//, never: /^server\/(chat|task|store|edge)\/|^client\//, law: "agent/ declares ports; it imports no chat, task, store or edge" },
  { files: /^server\/(store|work)\//, never: /^server\/(chat|task|edge)\/|^client\//, law: "store/ and work/ stand below the chats" },
  { files: /^server\/terminal\//, never: /^server\/(chat|task|store|edge)\/|^client\//, law: "terminal/ knows sessions and worktrees, no chats and no edge" },
  { files: /^server\/task\//, never: /^server\/(edge|agent\/\w+)\/|^client\//, law: "task/ uses Chats and Backends" },
  {
    files: /^server\/edge\//,
    never: /^server\/(actor|agent\/\w+)\/|^server\/chat\/(?!(Chats|AgentSessions|Forks|Rewinds)\.ts$)|^client\//,
    law: "edge/ imports public services only"
  },
  { files: /^client\/rpc\//, only: /^(shared\/|client\/rpc\/|effect(\/|$)|@effect\/)/, law: "client/rpc/ imports shared/ and effect" },
  { files: /^client\/store\//, never: /^client\/(?!store\/|rpc\/)|^server\//, law: "client/store/ folds what client/rpc/ brings and draws nothing" },
  { files: /^client\/view\//, never: /^client\/(?!view\/)|^server\//, law: "client/view/ is pure: domain in, what to draw out" },
  { files: /^client\/controller\//, never: /^client\/(element|rpc)\/|^server\//, law: "client/controller/ subscribes to stores" },
  { files: /^client\/element\//, never: /^client\/rpc\/|^server\/|^effect(\/|$)/, law: "client/element/ draws and dispatches: no effect and no rpc" },
  { files: /^client\//, never: /^server\//, law: "the page imports nothing of the server" },
  { files: /^server\/(main\.ts|cli\/)/, never: /^client\/(?!rpc\/Client\.ts$)/, law: "of client/ the CLI imports the typed client only" },
  { files: /^(server|migrations|scripts)\//, never: /^client\//, law: "nobody imports the page" },
  { files: /^(test|bench)\//, never: /^client\/(?!rpc\/Client\.ts$)/, law: "journeys drive the page in a browser and the server by the typed client" }
]

/** Beyond their folder's law, tests import these. */
const testTools = /^(vitest|@effect\/(vitest|platform-node)|effect|node:[\w/]+)(\/|$)|^test\/support\//

/** What is wrong with `file` importing `target`; both are paths from the checkout, or `target` a package. */
export function forbidden(file: string, target: string): string | undefined {
  const isTest = file.endsWith(".test.ts")
  if (target === "server/Server.ts" && !/^server\/(main|cli\/Serve)\.ts$/.test(file)) return "only the serve command sees Server.ts"
  if (isTest && testTools.test(target)) return undefined
  const zone = zones.find(({ files }) => files.test(file))
  if (zone === undefined) return undefined
  const allowed = (zone.only?.test(target) ?? true) && !(zone.never?.test(target) ?? false)
  return allowed ? undefined : zone.law
}

/** The file or package that `specifier` means in `file`. */
export function resolved(file: string, specifier: string): string {
  if (specifier === "boocode/client") return "client/rpc/Client.ts"
  return specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier
}
