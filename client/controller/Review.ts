/**
 * Review: a person's way through a session's changes: what is shown of them, which are chosen and which one is looked at.
 * Owns no change and decides none.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { ChangeId, PendingChange } from "../../shared/Change.ts"
import { type ChangeFilter, type ChangeRow, listRows, matchingChanges, nextFile, noFilter, treeRows } from "../view/changeRows.ts"
import { kept, noSelection, ranged, type Selection, toggled } from "../view/selection.ts"

interface Parts {
  readonly changes: ReadonlyArray<PendingChange>
  readonly tree: boolean
  /** The file that the address asks for. */
  readonly path: string | undefined
}

export class Review implements ReactiveController {
  filter: ChangeFilter = noFilter
  selection: Selection = noSelection
  folded: ReadonlySet<string> = new Set()
  /** After the filter. */
  shown: ReadonlyArray<PendingChange> = []
  rows: ReadonlyArray<ChangeRow> = []
  /** The one looked at. */
  current: PendingChange | undefined
  /** The file that the address asks for, where no change of it is here. */
  missing: string | undefined
  readonly #host: ReactiveControllerHost
  readonly #parts: () => Parts
  #key: ReadonlyArray<unknown> = []
  #asked: string | undefined
  #at = 0

  constructor(host: ReactiveControllerHost, parts: () => Parts) {
    this.#host = host
    this.#parts = parts
    host.addController(this)
  }

  hostUpdate(): void {
    const { changes, path, tree } = this.#parts()
    const key = [changes, tree, this.filter, this.folded]
    if (key.some((part, index) => part !== this.#key[index])) {
      this.#key = key
      this.shown = matchingChanges(changes, this.filter)
      this.rows = tree ? treeRows(this.shown, this.folded) : listRows(this.shown)
      this.selection = kept(this.selection, new Set(this.shown.map(({ id }) => id)))
    }
    this.#settle(path)
  }

  narrow(filter: Partial<ChangeFilter>): void {
    this.filter = { ...this.filter, ...filter }
    this.#host.requestUpdate()
  }

  fold(key: string, folded = !this.folded.has(key)): void {
    this.folded = new Set(folded ? [...this.folded, key] : [...this.folded].filter((one) => one !== key))
    this.#host.requestUpdate()
  }

  look(change: PendingChange | undefined): void {
    this.current = change
    this.#host.requestUpdate()
  }

  /** The next or previous file; answers whether there is one. */
  step(step: 1 | -1): PendingChange | undefined {
    const next = nextFile(this.rows, this.current?.id, step)?.change
    if (next !== undefined) this.look(next)
    return next
  }

  choose(ids: ReadonlyArray<ChangeId>, range: boolean): void {
    const [first] = ids
    if (first === undefined) return
    const order = this.rows.flatMap((row) => row._tag === "File" ? [row.change.id] : [])
    this.selection = range ? ranged(this.selection, order, first) : toggled(this.selection, ids, first)
    this.#host.requestUpdate()
  }

  chooseAll(all: boolean): void {
    this.selection = all ? { ids: new Set(this.shown.map(({ id }) => id)), anchor: undefined } : noSelection
    this.#host.requestUpdate()
  }

  /** What the acts over all of them are about: the chosen ones, else all that are shown. */
  get meant(): ReadonlyArray<PendingChange> {
    return this.selection.ids.size === 0 ? this.shown : this.shown.filter(({ id }) => this.selection.ids.has(id))
  }

  /** One that was decided makes room for the next; one that became another stays looked at. */
  #settle(path: string | undefined): void {
    const { current } = this
    const found = path === undefined ? undefined : this.shown.find((change) => change.path === path || change.oldPath === path)
    // it may come later, with the first changes
    if (path !== this.#asked && (path === undefined || found !== undefined)) {
      this.#asked = path
      this.current = found ?? current
    }
    this.missing = path !== this.#asked && this.#parts().changes.length > 0 ? path : undefined
    if (this.current === undefined) return
    const { id, path: shown } = this.current
    const files = this.rows.flatMap((row) => row._tag === "File" ? [row.change] : [])
    const again = this.shown.find((change) => change.id === id) ?? this.shown.find((change) => change.path === shown)
    if (again === undefined) this.current = files[Math.min(this.#at, files.length - 1)]
    else {
      this.current = again
      this.#at = Math.max(0, files.indexOf(again))
    }
  }
}
