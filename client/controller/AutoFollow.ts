/**
 * AutoFollow: keeps a scrolled element at its end while its reader is there. While they read above, what they read stays
 * where it is, whatever is added over it. Also says when they come near the top, where older things are loaded.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"

/** Closer than this to the end counts as the end. */
const slack = 48
/** Closer than this to the top asks for what is older. */
const reach = 600

interface Parts {
  readonly scroller: HTMLElement | null
  readonly content: HTMLElement | null
  /** What is read, in order from the top. */
  readonly pieces: ArrayLike<HTMLElement>
}

export class AutoFollow implements ReactiveController {
  following = true
  readonly #host: ReactiveControllerHost
  readonly #parts: () => Parts
  readonly #onTop: () => void
  readonly #sizes = new ResizeObserver(() => this.#settle())
  #scroller: HTMLElement | null = null
  #lastTop = 0
  /** What the reader has before their eyes, and how far it is from the top of the window. */
  #held: { readonly piece: HTMLElement; readonly top: number } | undefined

  constructor(
    host: ReactiveControllerHost,
    parts: () => Parts,
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
    if (scroller === null) return
    if (this.following) scroller.scrollTop = scroller.scrollHeight
    else if (this.#held?.piece.isConnected === true) {
      const moved = this.#held.piece.getBoundingClientRect().top - scroller.getBoundingClientRect().top - this.#held.top
      if (Math.abs(moved) > 1) scroller.scrollTop += moved
    }
    this.#lastTop = scroller.scrollTop
  }

  /** The first piece that reaches into the window. */
  #hold(scroller: HTMLElement): void {
    const { pieces } = this.#parts()
    const edge = scroller.getBoundingClientRect().top
    let low = 0, high = pieces.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pieces[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle
      else low = middle + 1
    }
    const piece = pieces[low]
    this.#held = piece === undefined ? undefined : { piece, top: piece.getBoundingClientRect().top - edge }
  }

  readonly #onScroll = (): void => {
    const scroller = this.#scroller
    if (scroller === null) return
    const { clientHeight, scrollHeight, scrollTop } = scroller
    const atEnd = scrollHeight - clientHeight - scrollTop <= slack
    // content that grew also moves the end away: only a move upwards is the reader's
    const following = atEnd || (this.following && scrollTop >= this.#lastTop)
    this.#lastTop = scrollTop
    if (!following) this.#hold(scroller)
    if (scrollTop < reach && scrollHeight > clientHeight) this.#onTop()
    if (following === this.following) return
    this.following = following
    this.#host.requestUpdate()
  }
}
