/** Roving: the arrow keys among the controls of one menu, list or row of tabs. */

/** Moves the focus within `controls`; answers whether the key was one of its own. */
export const moveAmong = (controls: ReadonlyArray<HTMLElement>, event: KeyboardEvent, along: "vertical" | "horizontal" = "vertical"): boolean => {
  const [back, forth] = along === "vertical" ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"]
  const at = controls.findIndex((control) => control.matches(":focus"))
  const last = controls.length - 1
  const next = event.key === forth ? (at >= last ? 0 : at + 1)
    : event.key === back ? (at <= 0 ? last : at - 1)
    : event.key === "Home" ? 0 : event.key === "End" ? last : undefined
  if (next === undefined) return false
  event.preventDefault()
  controls[next]?.focus()
  return true
}
