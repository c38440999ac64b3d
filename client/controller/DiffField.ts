/**
 * DiffField: where the rows of a diff stand in its scroller, and how wide their parts are. Keeps in sight what was, and the
 * line that the keys act on, when the model shows its lines in other rows or they become higher. Draws nothing.
 */
import type { ReactiveControllerHost } from "lit"
import type { DiffModel } from "../view/diffModel.ts"
import { type Drawing, movedAnchor, movedLine } from "../view/movedRows.ts"
import { WrappedRows } from "../view/wrappedRows.ts"
import type { Wrapping } from "../view/wrapping.ts"
import { type Choice, chosenIn } from "./LineCursor.ts"
import { RowWindow } from "./RowWindow.ts"

/** Columns before a line's text, with its sign; and the fewest that are left for it. */
const signColumns = 3, leastColumns = 12

interface Shown extends Drawing { readonly model: DiffModel }

export class DiffField {
  readonly window: RowWindow
  #shown: Shown | undefined
  /** Of what is shown; `undefined` where each line has one row. */
  #wrapped: WrappedRows | undefined

  /** The root has a `.scroller` with a `.probe`, and `.inset`s with their rows' numbers. */
  constructor(host: ReactiveControllerHost, root: () => ParentNode) {
    this.window = new RowWindow(host, () => this.#shown?.rows.length ?? 0, () => ({
      scroller: root().querySelector<HTMLElement>(".scroller"), probe: root().querySelector<HTMLElement>(".probe"),
      insets: () => Array.from(root().querySelectorAll<HTMLElement>(".inset"), (element) => ({ element, row: Number(element.dataset["row"]) })),
      heights: this.#wrapped
    }))
  }

  get wrapping(): Wrapping | undefined {
    return this.#wrapped?.wrapping
  }

  /** To be called before each update. Answers where the chosen lines are now. */
  follow(model: DiffModel | undefined, wrap: boolean, choice: Choice | undefined): Choice | undefined {
    const before = this.#shown, isSame = before !== undefined && before.model === model
    const columns = wrap && model !== undefined ? this.#columns(model) : undefined
    const turned = isSame && before.rows.wish.split !== model.rows.wish.split
    const unfolded = isSame && !turned && before.rows !== model.rows
    if (unfolded) this.window.hold(undefined)
    else if (turned || (isSame && this.wrapping?.columns !== columns)) this.window.hold(choice?.row)
    this.#shown = model === undefined ? undefined : { model, lines: model.lines, rows: model.rows }
    if (this.#wrapped !== undefined && this.#wrapped.rows === model?.rows && this.wrapping?.columns === columns) this.#wrapped.grow()
    else this.#wrapped = model === undefined || columns === undefined ? undefined : new WrappedRows(model, columns)
    if (!turned && !unfolded) return choice
    const { rows } = model
    this.window.follow((place) => movedAnchor(before, rows, place), (row) => movedLine(before, rows, row, "new")?.row ?? -1)
    return choice === undefined ? undefined : chosenIn(rows, before, choice)
  }

  /**
   * By hand: the page's policy refuses a style that comes as an attribute. To be called after each update. What hasn't changed is
   * left alone: all that is drawn is styled anew for a property of the scroller.
   */
  lay(scroller: HTMLElement, layer: HTMLElement, model: DiffModel, wrap: boolean): void {
    const { charWidth, laid, width } = this.window, gutter = this.#gutter(model), { split } = model.rows.wish
    const beyond = wrap ? 0 : Math.max(0, (model.lines.longest + signColumns + 6) * charWidth - (split ? width / 2 - gutter : width - 2 * gutter))
    const styles = { "--laid": `${laid}px`, "--beyond": `${beyond}px`, "--sign": `${signColumns * charWidth}px`, "--seen": `${width}px`, "--no": `${gutter}px`, "--more": `${(split ? 1 : 2) * gutter - 4}px` }
    const isOtherHeight = scroller.style.getPropertyValue("--laid") !== styles["--laid"]
    for (const [name, value] of Object.entries(styles)) if (scroller.style.getPropertyValue(name) !== value) scroller.style.setProperty(name, value)
    this.window.settle(isOtherHeight)
    layer.style.transform = `translateY(${this.window.offset}px)`
  }

  /** What of a line stands in one row. */
  #columns(model: DiffModel): number {
    const { charWidth, width } = this.window, gutter = this.#gutter(model)
    return Math.max(leastColumns, Math.floor((model.rows.wish.split ? width / 2 - gutter : width - 2 * gutter) / charWidth) - signColumns - 1)
  }

  /** Pixels of a column of numbers. */
  #gutter({ lines, texts }: DiffModel): number {
    return (Math.max(3, String(Math.max(lines.end(lines.hunks.length - 1).now, texts?.now.length ?? 0)).length) + 2) * this.window.charWidth
  }
}
