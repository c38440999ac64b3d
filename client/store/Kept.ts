/**
 * Kept: what this browser remembers by itself, as text under a name. A browser that keeps nothing (private windows, full
 * disks) is no error: it then remembers until the page is closed.
 */
export interface Kept {
  readonly get: (name: string) => string | undefined
  readonly set: (name: string, text: string | undefined) => void
}

const over = (area: () => Storage): Kept => {
  const memory = new Map<string, string>()
  const named = (name: string) => `boocode.${name}`
  return {
    get: (name) => {
      try {
        return area().getItem(named(name)) ?? memory.get(name)
      } catch {
        return memory.get(name)
      }
    },
    set: (name, text) => {
      if (text === undefined) memory.delete(name)
      else memory.set(name, text)
      try {
        if (text === undefined) area().removeItem(named(name))
        else area().setItem(named(name), text)
      } catch {
        // kept in memory
      }
    }
  }
}

/** Until the tab is closed. */
export const tabKept = (): Kept => over(() => sessionStorage)
/** Until the browser's data is cleared. */
export const browserKept = (): Kept => over(() => localStorage)
/** For tests. */
export const memoryKept = (): Kept => {
  const memory = new Map<string, string>()
  return {
    get: (name) => memory.get(name),
    set: (name, text) => {
      if (text === undefined) memory.delete(name)
      else memory.set(name, text)
    }
  }
}
