/**
 * AutoFollow: keeps a scrolled element at its end while its reader is there, and leaves it alone while they read above.
 * Also says when the reader comes near the top, where older things are loaded.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"

/** Closer than this to the end counts as the end. */
const slack = 48
/** Closer than this to the top asks for what is older. */
const reach = 600

export class AutoFollow implements ReactiveController {
  following = true
  readonly #host: ReactiveControllerHost
  readonly #parts: () => { readonly scroller: HTMLElement | null; readonly content: HTMLElement | null }
  readonly #onTop: () => void
  readonly #sizes = new ResizeObserver(() => this.#settle())
  #scroller: HTMLElement | null = null
  #lastTop = 0

  constructor(
    host: ReactiveControllerHost,
    parts: () => { readonly scroller: HTMLElement | null; readonly content: HTMLElement | null },
    onTop: () => void
  ) {
    this.#host = host
    this.#parts = parts
    this.#onTop = onTop
    host.addController(this)
  }

  hostUpdated(): void {
    const { content, scroller } = this.#parts()
    if (scroller === this.#scroller) return
    this.#detach()
    this.#scroller = scroller
    scroller?.addEventListener("scroll", this.#onScroll, { passive: true })
    if (scroller !== null) this.#sizes.observe(scroller)
    if (content !== null) this.#sizes.observe(content)
  }

  hostDisconnected(): void {
    this.#detach()
  }

  /** To the end, and stays there. */
  jump(): void {
    this.following = true
    this.#settle()
    this.#host.requestUpdate()
  }

  /** Another content: begins at its end. */
  restart(): void {
    this.following = true
    this.#lastTop = 0
  }

  #detach(): void {
    this.#scroller?.removeEventListener("scroll", this.#onScroll)
    this.#sizes.disconnect()
    this.#scroller = null
  }

  #settle(): void {
    const scroller = this.#scroller
    if (scroller === null || !this.following) return
    scroller.scrollTop = scroller.scrollHeight
    this.#lastTop = scroller.scrollTop
  }

  readonly #onScroll = (): void => {
    const scroller = this.#scroller
    if (scroller === null) return
    const { clientHeight, scrollHeight, scrollTop } = scroller
    const atEnd = scrollHeight - clientHeight - scrollTop <= slack
    // content that grew also moves the end away: only a move upwards is the reader's
    const following = atEnd || (this.following && scrollTop >= this.#lastTop)
    this.#lastTop = scrollTop
    if (scrollTop < reach && scrollHeight > clientHeight) this.#onTop()
    if (following === this.following) return
    this.following = following
    this.#host.requestUpdate()
  }
}
