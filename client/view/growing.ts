/** Growing: a list of whole numbers that grows at its end, four bytes each. A million lines of a diff are kept in a few. */
export class Growing {
  #values = new Int32Array(256)
  length = 0

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Int32Array(this.length * 2)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.length] = value
    this.length += 1
  }

  /** 0 where there is none. */
  at(index: number): number {
    return index < this.length ? this.#values[index] ?? 0 : 0
  }

  set(index: number, value: number): void {
    this.#values[index] = value
  }
}
