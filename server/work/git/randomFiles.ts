/** For tests: random but repeatable changes to the files of a folder, of every kind and under any names. */
import { appendFileSync, chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"

export type Random = (below: number) => number

/** Mulberry32. */
export const randomFrom = (seed: number): Random => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const names = ["a", "b.txt", "c d", "new\nline", "ümlaut", "\"quoted\"", "-dash", "caf\\351"].map((name) => Buffer.from(name)).concat(
  [Buffer.from("caf\xe9", "latin1"), Buffer.from([0xff, 0xfe]), Buffer.from("log.tmp")])
const folders = ["", "d/", "d/e/", "f\n/", "a/"].map((folder) => Buffer.from(folder))

const pick = <A>(random: Random, of: ReadonlyArray<A>): A => {
  const found = of[random(of.length)]
  if (found === undefined) throw new Error("nothing to pick")
  return found
}

const at = (top: string, path: Buffer) => Buffer.concat([Buffer.from(`${top}/`), path])
const kind = (path: Buffer) => lstatSync(path, { throwIfNoEntry: false })

/** Folders on the way are made; what stands in their way goes. */
const makeRoom = (top: string, path: Buffer) => {
  for (const [slash, byte] of path.entries()) {
    if (byte !== 0x2f) continue
    const folder = at(top, path.subarray(0, slash))
    const found = kind(folder)
    if (found?.isDirectory() === true) continue
    if (found !== undefined) rmSync(folder)
    mkdirSync(folder)
  }
  if (kind(at(top, path))?.isDirectory() === true) rmSync(at(top, path), { recursive: true })
}

const lines = (random: Random) => Array.from({ length: 1 + random(12) }, () => `line ${random(1000)}\n`).join("")

const filesIn = (top: string): ReadonlyArray<Buffer> => readdirSync(top, { encoding: "buffer" }).flatMap((name) => {
  if (name.toString() === ".git") return []
  const path = at(top, name)
  return kind(path)?.isDirectory() === true ? filesUnder(path).map((below) => Buffer.concat([name, Buffer.from("/"), below])) : [name]
})
const filesUnder = (folder: Buffer): ReadonlyArray<Buffer> => readdirSync(folder, { encoding: "buffer" }).flatMap((name) => {
  const path = Buffer.concat([folder, Buffer.from("/"), name])
  return kind(path)?.isDirectory() === true ? filesUnder(path).map((below) => Buffer.concat([name, Buffer.from("/"), below])) : [name]
})

const put = (top: string, path: Buffer, how: (path: Buffer) => void) => {
  makeRoom(top, path)
  rmSync(at(top, path), { force: true })
  how(at(top, path))
}

/** One change. */
export const changeSomething = (top: string, random: Random): void => {
  const fresh = Buffer.concat([pick(random, folders), pick(random, names)])
  const there = filesIn(top)
  const old = there.length === 0 ? undefined : pick(random, there)
  const isFile = old !== undefined && kind(at(top, old))?.isFile() === true
  switch (random(11)) {
    case 0: case 1: return put(top, fresh, (path) => { writeFileSync(path, lines(random)) })
    case 2: return put(top, fresh, (path) => { writeFileSync(path, Buffer.from([0, 1, random(256), 255])) })
    case 3: return put(top, fresh, (path) => { symlinkSync(pick(random, ["d", "b.txt", "nowhere", "../x", "d/e"]), path) })
    case 4: case 5: return isFile ? appendFileSync(at(top, old), lines(random)) : undefined
    case 6: return isFile ? chmodSync(at(top, old), random(2) === 0 ? 0o755 : 0o644) : undefined
    case 7: return old === undefined ? undefined : rmSync(at(top, old))
    case 8: {
      if (old === undefined || old.equals(fresh) || Buffer.concat([fresh, Buffer.from("/")]).equals(old.subarray(0, fresh.length + 1))) return
      makeRoom(top, fresh)
      return kind(at(top, old)) === undefined ? undefined : renameSync(at(top, old), at(top, fresh))
    }
    case 9: return isFile ? writeFileSync(at(top, old), lines(random)) : undefined
    default: return put(top, Buffer.from(random(3) === 0 ? "d/.gitignore" : ".gitignore"), (path) => { writeFileSync(path, random(2) === 0 ? "*.tmp\n" : "") })
  }
}
