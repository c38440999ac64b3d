/** The file group of the contract, onto `Files`. */
import { Effect } from "effect"
import { FileRpc } from "../../shared/rpc/FileRpc.ts"
import { Files } from "../work/file/Files.ts"

export const fileHandlers = FileRpc.toLayer(Effect.gen(function*() {
  const files = yield* Files
  return FileRpc.of({
    "file.List": ({ folder, ignored = false, sessionId }) => files.list(sessionId, folder, ignored),
    "file.Find": ({ query, sessionId }) => files.find(sessionId, query),
    "file.Search": ({ sessionId, ...order }) => files.search(sessionId, order),
    "file.Read": ({ path, sessionId }) => files.read(sessionId, path),
    "file.Write": ({ expected, path, sessionId, text }) => files.write(sessionId, path, text, expected),
    "file.Remove": ({ expected, path, sessionId }) => files.remove(sessionId, path, expected)
  })
}))
