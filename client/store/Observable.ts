/** What a store is to those who draw it: something that says "changed" and no more. */
export class Observable {
  readonly #listeners = new Set<() => void>()

  /** Returns what ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
