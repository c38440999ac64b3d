/** The owner's token: made at the first start, kept in the data directory for the owner's eyes only. */
import { randomBytes } from "node:crypto"
import { Effect, FileSystem, Path } from "effect"

const tokenBytes = 32

export const tokenFile = (path: Path.Path, dataDir: string): string => path.join(dataDir, "token")

export const readToken = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const token = yield* fs.readFileString(tokenFile(yield* Path.Path, dataDir))
  return token.trim()
})

/** Written whole or not at all: a token that was cut off in the writing would lock everybody out. */
export const ownerToken = Effect.fn("ownerToken")(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const file = tokenFile(yield* Path.Path, dataDir)
  const known = yield* Effect.option(readToken(dataDir))
  if (known._tag === "Some" && known.value !== "") return known.value
  const token = randomBytes(tokenBytes).toString("base64url")
  yield* fs.writeFileString(`${file}.new`, `${token}\n`, { mode: 0o600 })
  yield* fs.rename(`${file}.new`, file)
  return token
})
