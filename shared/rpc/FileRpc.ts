/** Files of a session's worktree: listed, found, searched, read, and staged by hand. Nothing here leads out of the worktree. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ProjectError } from "../Errors.ts"
import { FileContent, FileError, FileHash, FileList, FoundFile, SearchFrame } from "../File.ts"
import { SessionId } from "../Ids.ts"
import { Text } from "../Text.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

const error = Schema.Union([FileError, WorkError, ProjectError])
const Path = Text.check(Schema.isMaxLength(8192))
const Typed = Text.check(Schema.isMaxLength(1024))
/** Characters of a file that is written, at most. */
const Content = Text.check(Schema.isMaxLength(2 * 1024 * 1024))

export const FileRpc = RpcGroup.make(
  /** One folder, as git sees it: tracked and untracked, with what is ignored only where that is asked for. At most 5,000 entries. */
  Rpc.make("List", { payload: { sessionId: SessionId, folder: Path, ignored: Schema.optionalKey(Schema.Boolean) }, success: FileList, error }),
  /** Files whose path has these letters in this order, the best first, at most 100. */
  Rpc.make("Find", { payload: { sessionId: SessionId, query: Typed }, success: Schema.Array(FoundFile), error }),
  /** Lines that hold it, ended with the stream; at most 2,000. `glob` is git's, as `*.ts` or `src/`. */
  Rpc.make("Search", {
    payload: {
      sessionId: SessionId, query: Typed.check(Schema.isMinLength(1)), regex: Schema.optionalKey(Schema.Boolean),
      caseSensitive: Schema.optionalKey(Schema.Boolean), glob: Schema.optionalKey(Typed)
    },
    success: SearchFrame, error, stream: true
  }),
  /** Up to 2 MB of a file; images up to 2 MB whole. */
  Rpc.make("Read", { payload: { sessionId: SessionId, path: Path }, success: FileContent, error }),
  /** Stages a file by hand: `expected` is the hash it was read with, null where it is new. Refused if it is another by now. Answers its hash. */
  Rpc.make("Write", { payload: { sessionId: SessionId, path: Path, text: Content, expected: Schema.NullOr(FileHash) }, success: FileHash, error }),
  /** Deletes a file by hand, if it is still the one with that hash. */
  Rpc.make("Remove", { payload: { sessionId: SessionId, path: Path, expected: FileHash }, error })
).prefix("file.").middleware(Auth)
