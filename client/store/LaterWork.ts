/** LaterWork: the way to the stores of sessions' work, which the first screen does without. */
import { Observable } from "./Observable.ts"
import type { WorkStores } from "./WorkStores.ts"

export class LaterWork extends Observable {
  /** `undefined` until they are loaded. */
  stores: WorkStores | undefined
  /** Why they could not be loaded: the page is older than the server, or it is away. Tried again when next asked. */
  problem: string | undefined
  readonly #load: () => Promise<WorkStores>
  #asked = false

  constructor(load: () => Promise<WorkStores>) {
    super()
    this.#load = load
  }

  load(): void {
    if (this.#asked) return
    this.#asked = true
    void this.#load().then((stores) => {
      this.stores = stores
      this.problem = undefined
      this.changed()
    }, () => {
      this.#asked = false
      this.problem = "This part of the page could not be loaded. Reload the page."
      this.changed()
    })
  }
}
