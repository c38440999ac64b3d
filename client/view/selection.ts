/** Selection: which rows are chosen, by single ones, by ranges, and all. Pure. */

export interface Selection { readonly ids: ReadonlySet<string>; /** Where a range begins. */ readonly anchor: string | undefined }

export const noSelection: Selection = { ids: new Set(), anchor: undefined }

/** All of `ids` are put in, unless all are in: then they are taken out. */
export const toggled = ({ ids: before }: Selection, ids: ReadonlyArray<string>, anchor: string | undefined): Selection => {
  const all = ids.every((id) => before.has(id))
  return { ids: new Set(all ? [...before].filter((id) => !ids.includes(id)) : [...before, ...ids]), anchor }
}

/** From the anchor to `to`, both within `order`; what was chosen besides stays. */
export const ranged = (selection: Selection, order: ReadonlyArray<string>, to: string): Selection => {
  const from = selection.anchor === undefined ? -1 : order.indexOf(selection.anchor), end = order.indexOf(to)
  if (from === -1 || end === -1) return toggled(selection, [to], to)
  return { ids: new Set([...selection.ids, ...order.slice(Math.min(from, end), Math.max(from, end) + 1)]), anchor: selection.anchor }
}

/** What is gone is not chosen. */
export const kept = (selection: Selection, ids: ReadonlySet<string>): Selection =>
  [...selection.ids].every((id) => ids.has(id)) ? selection : { ids: new Set([...selection.ids].filter((id) => ids.has(id))), anchor: selection.anchor }
