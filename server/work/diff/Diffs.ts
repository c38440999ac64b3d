/**
 * Diffs of single files: git compares two contents in a process of its own, and what it writes is read as a stream, parsed
 * and handed on in frames, at the reader's pace and up to caps. Nothing is held whole here, and everything else gets its
 * turn between two chunks. Which contents a change has is `Changes`' business.
 */
import { Clock, Context, Effect, Fiber, Layer, Option, Semaphore, Stream } from "effect"
import type { DiffFrame, DiffOrder } from "../../../shared/Diff.ts"
import type { SessionId } from "../../../shared/Ids.ts"
import { type Caps, beginFraming, framesOf, type Given, type Piece } from "./DiffFrames.ts"
import { oneSide, twoSides } from "./DiffParser.ts"
import { Git } from "../git/Git.ts"
import { hunkArgs } from "./HunkArgs.ts"
import { imageTypeOf } from "./ImageType.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { WorkError } from "../../../shared/WorkError.ts"

const usual: Caps = { bytes: 1024 * 1024, lines: 20_000, millis: 5000 }
const hard: Caps = { bytes: 64 * 1024 * 1024, lines: 1_000_000, millis: 60_000 }

const imageLimit = 2 * 1024 * 1024
/** Of one session at a time; the others wait their turn. */
const running = 2
/** So much is parsed before everything else has its turn; and where that made a frame, the next of any diff waits so long. */
const sliceBytes = 16 * 1024
const sliceMillis = 3

const what = "compare two contents"
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })

const slices = (chunk: Uint8Array): ReadonlyArray<Buffer> => {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return Array.from({ length: Math.ceil(bytes.length / sliceBytes) }, (_, at) => bytes.subarray(at * sliceBytes, (at + 1) * sliceBytes))
}

/** One slice at a time, and the word that git's time is up. A slow reader costs git no time. */
const timed = (output: Stream.Stream<Uint8Array, WorkError>, millis: number): Stream.Stream<Given, WorkError> =>
  Stream.transformPull(output, (pull) => Effect.map(Clock.Clock, (clock) => {
    let left = millis
    return Effect.suspend(() => {
      const from = clock.currentTimeMillisUnsafe()
      const waited = Effect.sync(() => { left -= clock.currentTimeMillisUnsafe() - from })
      const late: readonly [Given] = ["late"]
      return pull.pipe(
        Effect.tap(() => waited), Effect.map((chunks): readonly [Given, ...ReadonlyArray<Given>] => {
          const [first = Buffer.alloc(0), ...rest] = chunks.flatMap(slices)
          return [first, ...rest]
        }),
        Effect.timeoutOrElse({ duration: Math.max(0, left), orElse: () => Effect.succeed(late) }))
    })
  })).pipe(Stream.rechunk(1), Stream.tap(() => Effect.yieldNow))

const make = Effect.gen(function*() {
  const git = yield* Git
  const port = yield* WorktreePort
  const queues = new Map<SessionId, Semaphore.Semaphore>()

  let free = 0
  /** Of all diffs of the server one at a time goes on, and then everything else does: what streams meanwhile waits for one slice at most. */
  const pace = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const at = Math.max(now, free)
    free = at + sliceMillis
    return at > now ? Effect.sleep(at - now) : Effect.yieldNow
  })

  const turn = (sessionId: SessionId) => Effect.suspend(() => {
    const queue = queues.get(sessionId) ?? Semaphore.makeUnsafe(running)
    queues.set(sessionId, queue)
    return Effect.acquireRelease(queue.take(1), () => queue.release(1), { interruptible: true })
  })

  const top = (sessionId: SessionId) => Effect.map(port.find(sessionId), ({ project }) => project.path)

  const sizes = Effect.fn("Diffs.sizes")(function*(path: string, blobs: ReadonlyArray<string>) {
    const said = yield* git.bytes(path, { what, args: ["cat-file", "--batch-check=%(objecttype) %(objectsize)"], input: Buffer.from(blobs.map((blob) => `${blob}\n`).join("")) })
    const lines = said.toString("latin1").split("\n")
    return yield* Effect.forEach(blobs, (blob, at) => {
      const [, size] = /^blob (\d+)$/.exec(lines[at] ?? "") ?? []
      return size === undefined ? Effect.fail(fail({ _tag: "UnknownContent", blob })) : Effect.succeed([blob, Number(size)] as const)
    }).pipe(Effect.map((entries) => new Map(entries)))
  })

  const content = (path: string, blob: string) => git.stream(path, { what: "read a content", args: ["cat-file", "blob", blob] })

  /** As much of it as git writes at once, which is more than an image's type takes. */
  const headOf = (path: string, blob: string) => Effect.map(Stream.runHead(content(path, blob)), Option.getOrElse(() => Buffer.alloc(0)))

  const imageOf = Effect.fnUntraced(function*(path: string, blobs: ReadonlyArray<string>) {
    const types = yield* Effect.forEach(blobs, (blob) => Effect.map(headOf(path, blob), imageTypeOf), { concurrency: 2 })
    return types.every((type) => type !== null) ? types.at(-1) ?? null : null
  })

  /** What git is to write, and how that is read. */
  const plan = (path: string, { baseBlob, blob, context = 3, ignoreSpace = false }: DiffOrder) => {
    if (baseBlob === null || blob === null) {
      const only = blob ?? baseBlob
      return { parser: oneSide(blob === null ? "-" : "+"), output: only === null ? Stream.empty : content(path, only) }
    }
    const output = baseBlob === blob ? Stream.empty : git.stream(path, { what, args: [...hunkArgs, ...(ignoreSpace ? ["-w"] : []), `-U${context}`, baseBlob, blob] })
    return { parser: twoSides, output }
  }

  const frames = Effect.fn("Diffs.frames")(function*(order: DiffOrder) {
    const path = yield* top(order.sessionId)
    yield* turn(order.sessionId)
    yield* pace
    const { anyway = false, baseBlob, blob, context = 3, ignoreSpace = false } = order
    const blobs = [...new Set([baseBlob, blob])].flatMap((one) => one ?? [])
    const measuring = yield* Effect.forkScoped(sizes(path, blobs), { startImmediately: true })
    const { output, parser } = plan(path, order)
    const { end, next } = framesOf(parser, anyway ? hard : usual, !anyway)

    const head = Effect.fnUntraced(function*(binary: boolean) {
      const known = yield* Fiber.join(measuring)
      const bytesOf = (of: string | null) => of === null ? null : known.get(of) ?? null
      const mayBeImage = binary || baseBlob === blob || /\.svg"?$/i.test(order.path)
      const frame: DiffFrame = {
        _tag: "Head", binary, image: mayBeImage ? yield* imageOf(path, blobs) : null, oldBytes: bytesOf(baseBlob), newBytes: bytesOf(blob),
        choosable: !binary && baseBlob !== null && blob !== null && !ignoreSpace && context === 3
      }
      return frame
    })

    return timed(output, (anyway ? hard : usual).millis).pipe(
      Stream.mapAccum(() => beginFraming, next, { onHalt: end }),
      Stream.tap(() => pace),
      Stream.mapEffect((piece: Piece) => piece._tag === "Kind" ? head(piece.binary) : Effect.succeed<DiffFrame>(piece)),
      Stream.takeUntil((frame) => frame._tag === "Cut" || (frame._tag === "Head" && frame.binary)),
      // a content that is gone is said better by who asked for its size
      Stream.catch((error) => Stream.fromEffect(Effect.andThen(Fiber.join(measuring), Effect.fail(error)))))
  })

  return Diffs.of({
    diff: (order) => Stream.unwrap(frames(order)),
    content: Effect.fn("Diffs.content")(function*(sessionId, blob) {
      const path = yield* top(sessionId)
      const bytes = (yield* sizes(path, [blob])).get(blob) ?? 0
      if (bytes > imageLimit) return yield* fail({ _tag: "TooLarge", bytes, limit: imageLimit })
      const whole = yield* git.bytes(path, { what: "read a content", args: ["cat-file", "blob", blob] })
      const type = imageTypeOf(whole)
      return type === null ? yield* fail({ _tag: "NotAnImage" }) : { type, base64: whole.toString("base64") }
    })
  })
})

export class Diffs extends Context.Service<Diffs, {
  /** A head, then hunks, then perhaps a cut. Ending the stream ends git. */
  readonly diff: (order: DiffOrder) => Stream.Stream<DiffFrame, WorkError>
  /** An image of at most 2 MB, whole. */
  readonly content: (sessionId: SessionId, blob: string) => Effect.Effect<{ readonly type: string; readonly base64: string }, WorkError>
}>()("boocode/work/Diffs") {
  static readonly layer = Layer.effect(Diffs, make)
}
