/** Watchers: waits until something holds, looking again whenever it is told that something has changed. */
export class Watchers {
  readonly #all = new Set<() => void>()

  until(holds: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (!holds()) return
      this.#all.delete(look)
      resolve()
    }
    this.#all.add(look)
    look()
    return promise
  }

  look(): void {
    for (const look of this.#all) look()
  }
}
