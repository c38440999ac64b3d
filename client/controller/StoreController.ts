/**
 * StoreController: the only subscriber of stores. However often a store changes, its element is drawn once a frame.
 * A hidden page draws nothing: it is right again with its first frame.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"

export interface Subscribable {
  readonly subscribe: (listener: () => void) => () => void
}

export class StoreController implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #stores: () => ReadonlyArray<Subscribable | undefined>
  #followed: ReadonlyArray<Subscribable> = []
  #stops: ReadonlyArray<() => void> = []
  #frame = 0

  /** `stores` is asked again with every update of the host, which may show another store by then. */
  constructor(host: ReactiveControllerHost, stores: () => ReadonlyArray<Subscribable | undefined>) {
    this.#host = host
    this.#stores = stores
    host.addController(this)
  }

  hostConnected(): void {
    this.#follow()
  }

  hostUpdate(): void {
    this.#follow()
  }

  hostDisconnected(): void {
    this.#leave()
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
  }

  #follow(): void {
    const stores = this.#stores().filter((store) => store !== undefined)
    if (stores.length === this.#followed.length && stores.every((store, index) => store === this.#followed[index])) return
    this.#leave()
    this.#followed = stores
    this.#stops = stores.map((store) => store.subscribe(() => {
      if (this.#frame !== 0) return
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0
        this.#host.requestUpdate()
      })
    }))
  }

  #leave(): void {
    for (const stop of this.#stops) stop()
    this.#stops = []
    this.#followed = []
  }
}
