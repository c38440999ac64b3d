/**
 * RowHeights: how many lines each of a long list's rows has beyond its first, and how many all above a row have together;
 * told, changed and added to in a few steps however long the list is (a tree of sums, as Fenwick made it).
 */
import { Growing } from "./growing.ts"

export class RowHeights {
  readonly #more = new Growing()
  /** By its number from 1: of as many rows up to it as its lowest bit says. */
  readonly #sums = new Growing()

  get length(): number {
    return this.#more.length
  }

  push(more: number): void {
    const number = this.length + 1
    let sum = more
    for (let below = number - 1; below > number - (number & -number); below -= below & -below) sum += this.#sums.at(below - 1)
    this.#more.push(more)
    this.#sums.push(sum)
  }

  at(row: number): number {
    return this.#more.at(row)
  }

  set(row: number, more: number): void {
    const change = more - this.#more.at(row)
    if (change === 0) return
    this.#more.set(row, more)
    for (let number = row + 1; number <= this.length; number += number & -number) this.#sums.set(number - 1, this.#sums.at(number - 1) + change)
  }

  /** Of all rows above this one. */
  before(row: number): number {
    let sum = 0
    for (let number = Math.min(row, this.length); number > 0; number -= number & -number) sum += this.#sums.at(number - 1)
    return sum
  }
}
