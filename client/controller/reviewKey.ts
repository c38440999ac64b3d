/** The keys of the changes, wherever in them the focus is, but not where something is typed. */

export type ReviewKey = "next" | "previous" | "choose" | "range" | "all" | "review" | "apply" | "reject" | "undo" | "filter" | "leave" | "wrap"

const anywhere: Readonly<Record<string, ReviewKey>> = { j: "next", n: "next", k: "previous", p: "previous", a: "apply", x: "reject", u: "undo", r: "review", w: "wrap", "/": "filter" }
const inList: Readonly<Record<string, ReviewKey>> = { ArrowDown: "next", ArrowUp: "previous", " ": "choose" }

const isTyping = (event: KeyboardEvent): boolean => event.composedPath().some((target) =>
  target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type !== "checkbox") || (target instanceof HTMLElement && target.isContentEditable))

/** `isList`: the focus is in the list, which has the arrow keys too. */
export const reviewKey = (event: KeyboardEvent, isList: boolean): ReviewKey | undefined => {
  if (event.defaultPrevented || event.isComposing || event.altKey || isTyping(event)) return undefined
  if (event.ctrlKey || event.metaKey) return isList && event.key === "a" ? "all" : undefined
  if (isList && event.key === " " && event.shiftKey) return "range"
  if (event.shiftKey) return undefined
  return anywhere[event.key] ?? (isList ? inList[event.key] : undefined)
}
