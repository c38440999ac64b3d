/** Anchored: places an open popover beside the control that opened it, inside the window, whichever side has room. */

const margin = 8

/** Above where that has more room, else below; `align` by the control's left or right edge. */
export const placeBeside = (popover: HTMLElement, control: HTMLElement, align: "start" | "end" = "start"): void => {
  const at = control.getBoundingClientRect()
  const { innerHeight, innerWidth } = window
  const above = at.top > innerHeight - at.bottom
  popover.style.maxHeight = `${Math.max(120, (above ? at.top : innerHeight - at.bottom) - 2 * margin)}px`
  const { height, width } = popover.getBoundingClientRect()
  const left = align === "start" ? at.left : at.right - width
  popover.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`
  popover.style.top = `${above ? Math.max(margin, at.top - height - 6) : at.bottom + 6}px`
}
