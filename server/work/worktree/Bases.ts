/** What a session of a project can be cut from: its branches, tags and commits, the newest first. */
import { Effect } from "effect"
import type { Base } from "../../../shared/Guard.ts"
import { mendText, toOneLine } from "../../../shared/Text.ts"
import { Git } from "../git/Git.ts"

const what = "list the project's branches"
const shown = 40
/** Of those that the words are looked for in. */
const looked = 2000
/** Between fields; no ref's name and no commit's first line has it. */
const mark = "\u0001"

const kindOf = (ref: string): Base["kind"] => ref.startsWith("refs/tags/") ? "tag" : ref.startsWith("refs/remotes/") ? "remote" : "branch"

const baseOf = (kind: Base["kind"], name: string, [commit = "", at = "", subject = ""]: ReadonlyArray<string>): Base =>
  ({ name, kind, commit, at: Number(at) * 1000, subject: toOneLine(mendText(subject)) })

/** A branch of ours is a session's; what a remote calls its HEAD is one of its branches. */
const isOffered = (ref: string): boolean => !/^refs\/heads\/boocode[/-]|^refs\/remotes\/[^/]+\/HEAD$/.test(ref)

const refsOf = (out: string): ReadonlyArray<Base> => out.split("\n").map((line) => line.split(mark)).flatMap(([ref = "", commit, peeled, ...rest]) =>
  ref === "" || !isOffered(ref) ? [] : [baseOf(kindOf(ref), ref.replace(/^refs\/(heads|tags|remotes)\//, ""), [(peeled === "" ? commit : peeled) ?? "", ...rest])])

const commitsOf = (out: string): ReadonlyArray<Base> => out.split("\n").map((line) => line.split(mark)).flatMap(([short = "", ...rest]) =>
  short === "" ? [] : [baseOf("commit", short, rest)])

/** `path` is the project's. */
export const basesOf = Effect.fn("Bases.basesOf")(function*(path: string, typed: string) {
  const git = yield* Git
  const words = typed.trim().toLowerCase()
  const format = ["%(refname)", "%(objectname)", "%(*objectname)", "%(creatordate:unix)", "%(contents:subject)"].join("%01")
  const log = (...of: ReadonlyArray<string>) => git.attempt(path, { what, args: ["log", `--format=%h%x01%H%x01%ct%x01%s`, ...of] })
  const [refs, recent, meant] = yield* Effect.all([
    git.run(path, { what, args: ["for-each-ref", `--count=${looked}`, "--sort=-creatordate", `--format=${format}`, "refs/heads", "refs/tags", "refs/remotes"] }),
    log("-n", "300", "HEAD", "--"),
    words === "" ? Effect.succeed({ stdout: "" }) : log("-n", "1", "--end-of-options", `${typed.trim()}^{commit}`, "--")
  ], { concurrency: 3 })
  const matches = ({ name, subject }: Base) => `${name} ${subject}`.toLowerCase().includes(words)
  const named = refsOf(refs).filter(({ name }) => name.toLowerCase().includes(words))
  const exact = named.filter(({ name }) => name === typed.trim())
  const direct = exact.length > 0 ? [] : commitsOf(meant.stdout).map((base) => ({ ...base, name: typed.trim() }))
  const commits = commitsOf(recent.stdout).filter((base) => matches(base) && !direct.some(({ commit }) => commit === base.commit))
  return [...direct, ...exact, ...named.filter((base) => !exact.includes(base)).slice(0, shown - 10), ...commits].slice(0, shown)
})
