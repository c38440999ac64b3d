/**
 * FileDiffs: the diffs that are held for the one file that is shown: the diff itself, and the same one with all unchanged
 * lines, for colours and for what is asked to be seen between the hunks. Folds what has come into the file's model.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { DiffOrder } from "../../shared/Diff.ts"
import type { DiffStore, FileDiff } from "../store/DiffStore.ts"
import { DiffModel, textsOf } from "../view/diffModel.ts"

/** Files up to so many bytes are fetched whole unasked. */
const small = 512 * 1024
/** Lines of which a file's texts are made: beyond, it has no colours. */
const mostLines = 30_000

interface Shown { readonly diffs: DiffStore; readonly order: DiffOrder; readonly split: boolean }
interface Wish { readonly gap: number; readonly where: "top" | "bottom" | "all" }

const revealStep = 20

export class FileDiffs implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #shown: () => Shown | undefined
  #diffs: DiffStore | undefined
  #key = ""
  #wish: Wish | undefined
  diff: FileDiff | undefined
  whole: FileDiff | undefined
  model: DiffModel | undefined
  /** Changes with the model. */
  version = 0

  constructor(host: ReactiveControllerHost, shown: () => Shown | undefined) {
    this.#host = host
    this.#shown = shown
    host.addController(this)
  }

  hostConnected(): void {
    this.#host.requestUpdate()
  }

  hostDisconnected(): void {
    this.#leave()
  }

  hostUpdate(): void {
    const shown = this.#shown()
    const key = JSON.stringify(shown?.order)
    if (key !== this.#key || shown?.diffs !== this.#diffs) {
      this.#leave()
      this.#key = key
      if (shown !== undefined) this.#enter(shown)
    }
    if (shown === undefined) return
    if (this.model !== undefined && this.model.rows.wish.split !== shown.split) this.model.show({ split: shown.split }, this.#isOver)
    this.#fold(shown)
  }

  /** Shows unchanged lines; they are fetched if they aren't here. */
  reveal(gap: number, where: Wish["where"]): void {
    this.#wish = { gap, where }
    this.#host.requestUpdate()
  }

  get #isOver(): boolean {
    return this.diff?.over === true && this.model?.all === true
  }

  #enter({ diffs, order, split }: Shown): void {
    this.#diffs = diffs
    this.diff = diffs.hold(order)
    this.model = new DiffModel({ split, headless: order.blob === null || order.baseBlob === null })
  }

  #leave(): void {
    for (const diff of [this.diff, this.whole]) if (diff !== undefined) this.#diffs?.release(diff)
    this.diff = undefined
    this.whole = undefined
    this.model = undefined
    this.#diffs = undefined
    this.#wish = undefined
    this.#key = ""
  }

  #fold({ diffs, order }: Shown): void {
    const { diff, model } = this
    if (diff === undefined || model === undefined) return
    this.version += 1
    if (!model.take(diff.pieces, diff.over)) requestAnimationFrame(() => this.#host.requestUpdate())
    else if (diff.over && model.texts === undefined) this.#know(diffs, order, diff, model)
    if (this.#wish === undefined || model.texts === undefined) return
    model.reveal(this.#wish.gap, this.#wish.where, revealStep)
    this.#wish = undefined
  }

  #know(diffs: DiffStore, order: DiffOrder, diff: FileDiff, model: DiffModel): void {
    if (order.blob === null || order.baseBlob === null) {
      if (diff.lines <= mostLines) model.know(textsOf(diff.pieces, diff.cut === undefined), true)
      return
    }
    const { newBytes, oldBytes } = diff.head ?? {}
    const isSmall = Math.max(newBytes ?? Infinity, oldBytes ?? Infinity) <= small
    if (this.whole === undefined && diff.lines > 0 && (isSmall || this.#wish !== undefined)) {
      const { baseBlob, blob, path, sessionId } = order
      this.whole = diffs.hold({ sessionId, path, baseBlob, blob, context: 1_000_000, ...(isSmall ? {} : { anyway: true }) })
    }
    if (this.whole?.over === true) model.know(textsOf(this.whole.pieces, this.whole.cut === undefined), true)
  }
}
