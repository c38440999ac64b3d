/** Which paths may be files of a checkout: none that is empty, leads elsewhere, or is git's own, however it is spelt. Pure. */

/** Names that some file system takes for `.git`. */
const gitName = /^(\.git[ .]*|git~1)$/i

export const isOutside = (path: Buffer): boolean => path.length === 0
  || path.toString("latin1").split("/").some((name) => name === "" || name === "." || name === ".." || gitName.test(name))
