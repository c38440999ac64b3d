/**
 * FilesStore: the files of one session's worktree as this page looks at them: folders that are open, one file that is shown,
 * and what was looked for. Nothing of it is followed: it is asked again when it is shown again.
 */
import type { FileContent, FileEntry, FileMatch, FoundFile } from "../../shared/File.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { Reply } from "../rpc/Reply.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"

export interface Search { readonly query: string; readonly regex: boolean; readonly caseSensitive: boolean; readonly glob: string }
export interface SearchResult { readonly matches: ReadonlyArray<FileMatch>; readonly running: boolean; readonly cut: boolean; readonly problem: string | undefined }
export interface Shown { readonly path: string; readonly line: number | undefined; readonly content: FileContent | undefined; readonly problem: string | undefined }

export class FilesStore extends Observable {
  /** By the folder's path; the top's is empty. */
  folders: ReadonlyMap<string, ReadonlyArray<FileEntry>> = new Map()
  open: ReadonlySet<string> = new Set([""])
  problem: string | undefined
  ignored = false
  shown: Shown | undefined
  found: { readonly query: string; readonly files: ReadonlyArray<FoundFile> | undefined } | undefined
  result: SearchResult | undefined
  readonly #remote: WorkRemote
  readonly #sessionId: SessionId
  #searching: AbortController | undefined

  constructor(remote: WorkRemote, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.#sessionId = sessionId
  }

  /** Asks again for every folder that is open. */
  refresh(): void {
    for (const folder of this.open) void this.#list(folder)
  }

  async #list(folder: string): Promise<void> {
    const reply = await this.#remote.listFiles({ sessionId: this.#sessionId, folder, ignored: this.ignored })
    if (reply._tag === "Done") {
      this.folders = new Map(this.folders).set(folder, reply.value.entries)
      this.problem = undefined
    } else if (folder === "") this.problem = reply.message
    else this.fold(folder, false)
    this.changed()
  }

  fold(folder: string, open: boolean): void {
    const next = new Set(this.open)
    if (open) next.add(folder)
    else next.delete(folder)
    this.open = next
    this.changed()
    if (open) void this.#list(folder)
  }

  showIgnored(shown: boolean): void {
    this.ignored = shown
    this.changed()
    this.refresh()
  }

  /** Shows a file, at a line; asked for anew though it is shown already. */
  async show(path: string, line?: number): Promise<void> {
    const before = this.shown?.path === path ? this.shown.content : undefined
    this.shown = { path, line, content: before, problem: undefined }
    this.changed()
    const reply = await this.#remote.readFile({ sessionId: this.#sessionId, path })
    if (this.shown?.path !== path) return
    this.shown = { ...this.shown, content: reply._tag === "Done" ? reply.value : undefined, problem: reply._tag === "Done" ? undefined : reply.message }
    this.changed()
  }

  putAway(): void {
    this.shown = undefined
    this.changed()
  }

  async find(query: string): Promise<void> {
    this.found = query === "" ? undefined : { query, files: this.found?.files }
    this.changed()
    if (query === "") return
    const reply = await this.#remote.findFiles({ sessionId: this.#sessionId, query })
    if (this.found?.query !== query) return
    this.found = { query, files: reply._tag === "Done" ? reply.value : [] }
    this.problem = reply._tag === "Done" ? undefined : reply.message
    this.changed()
  }

  async search({ caseSensitive, glob, query, regex }: Search): Promise<void> {
    this.#searching?.abort()
    const mine = this.#searching = new AbortController()
    this.result = query === "" ? undefined : { matches: [], running: true, cut: false, problem: undefined }
    this.changed()
    if (query === "") return
    const matches: Array<FileMatch> = []
    let cut = false
    const reply = await this.#remote.searchFiles({ sessionId: this.#sessionId, query, regex, caseSensitive, ...(glob === "" ? {} : { glob }) }, (frame) => {
      if (mine.signal.aborted) return
      if (frame._tag === "Ended") cut = frame.cut
      else matches.push(...frame.matches)
      this.result = { matches: [...matches], running: true, cut, problem: undefined }
      this.changed()
    }, mine.signal)
    if (mine.signal.aborted) return
    this.result = { matches, running: false, cut, problem: reply._tag === "Done" ? undefined : reply.message }
    this.changed()
  }

  /** Stages a file by hand; what keeps it from being written is answered. `expected` is null for a new one. */
  write(path: string, text: string, expected: string | null): Promise<string | undefined> {
    return this.#done(this.#remote.writeFile({ sessionId: this.#sessionId, path, text, expected }), path)
  }

  remove(path: string, expected: string): Promise<string | undefined> {
    return this.#done(this.#remote.removeFile({ sessionId: this.#sessionId, path, expected }), undefined)
  }

  async #done(asked: Promise<Reply<unknown>>, path: string | undefined): Promise<string | undefined> {
    const reply = await asked
    if (reply._tag !== "Done") return reply.message
    if (path === undefined) this.putAway()
    else await this.show(path)
    this.refresh()
    // it is a change by now
    void this.#remote.look({ sessionId: this.#sessionId })
    return undefined
  }
}
