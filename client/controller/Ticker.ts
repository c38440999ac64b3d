/** Ticker: draws its element again each second, or at a slower pace, while something in it counts. */
import type { ReactiveController, ReactiveControllerHost } from "lit"

export class Ticker implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #counts: () => boolean
  readonly #pace: number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: ReactiveControllerHost, counts: () => boolean, pace = 1000) {
    this.#host = host
    this.#counts = counts
    this.#pace = pace
    host.addController(this)
  }

  hostUpdated(): void {
    if (!this.#counts()) this.#stop()
    else this.#timer ??= setInterval(() => this.#host.requestUpdate(), this.#pace)
  }

  hostDisconnected(): void {
    this.#stop()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
