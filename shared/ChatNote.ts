/**
 * What a chat is told of besides what is said in it: that the files of its worktree were put back, and that it is a fork of
 * another. Facts of no turn, shown between turns as a quiet line; and what an agent has to be told of them. Pure.
 */
import { Schema } from "effect"
import { CheckpointId, Operation } from "./Operation.ts"
import { ChatId, PromptId, SessionId, TurnId, Who } from "./Ids.ts"
import { cut } from "./ItemBounds.ts"

/** Where a rewind led. `words` are the beginning of the turn's prompt, empty where they are not known. */
export const RewindTarget = Schema.TaggedUnion({
  Before: { turnId: TurnId, words: Schema.String },
  After: { turnId: TurnId, words: Schema.String },
  /** What the rewind with this id had done was undone. */
  Undone: { id: CheckpointId },
  /** Any other checkpoint; epoch milliseconds. */
  At: { takenAt: Schema.Finite }
})
export type RewindTarget = typeof RewindTarget.Type

export const RewoundFile = Schema.Struct({ path: Schema.String, operation: Operation })
export type RewoundFile = typeof RewoundFile.Type

/** The files of the session's worktree were made those of a checkpoint. */
export const Rewound = Schema.Struct({
  id: CheckpointId,
  by: Who,
  to: RewindTarget,
  /** What it changed, the first of them. */
  files: Schema.Array(RewoundFile),
  /** How many files it changed. */
  count: Schema.Int,
  /** The seq of the checkpoint that takes it back. */
  undo: Schema.Int
})
export type Rewound = typeof Rewound.Type

/** Which files a fork began with: those before the prompt, those there were when it was forked, or those of the session it stays in. */
export const ForkedFiles = Schema.Literals(["before", "now", "shared"])
export type ForkedFiles = typeof ForkedFiles.Type

/** The chat holds what was said in another before one of its prompts. */
export const Forked = Schema.Struct({
  by: Who,
  sessionId: SessionId,
  chatId: ChatId,
  promptId: PromptId,
  /** Of the chat that it is a fork of. */
  title: Schema.String,
  /** The beginning of the prompt. */
  words: Schema.String,
  files: ForkedFiles
})
export type Forked = typeof Forked.Type

const place = { anchor: Schema.Int, at: Schema.Finite }

export const ChatNote = Schema.TaggedUnion({ Rewound: { ...place, ...Rewound.fields }, Forked: { ...place, ...Forked.fields } })
export type ChatNote = typeof ChatNote.Type

/** Files that a note names, at most. */
export const namedFiles = 20
const wordsLimit = 60
const notesLimit = 50

/** The first line of a prompt, short enough for a line about it. */
export const wordsOf = (text: string): string => cut(text.split("\n").map((line) => line.replace(/\s+/g, " ").trim()).find((line) => line !== "") ?? "", wordsLimit)

/** The newest; that a chat is a fork is never forgotten. */
export const addNote = (notes: ReadonlyArray<ChatNote>, note: ChatNote): ReadonlyArray<ChatNote> => {
  const all = [...notes, note]
  if (all.length <= notesLimit) return all
  const forgotten = all.findIndex(({ _tag }) => _tag === "Rewound")
  return all.filter((_, index) => index !== forgotten)
}

export const forkOf = (notes: ReadonlyArray<ChatNote>): Extract<ChatNote, { _tag: "Forked" }> | undefined => notes.find((note) => note._tag === "Forked")

type RewoundNote = Extract<ChatNote, { _tag: "Rewound" }>

/** `told` is the anchor of the last one that was told. */
export const untold = (notes: ReadonlyArray<ChatNote>, told: number): ReadonlyArray<RewoundNote> =>
  notes.filter((note) => note._tag === "Rewound").filter(({ anchor }) => anchor > told)

const quoted = (text: string): string => JSON.stringify(text)

export const targetWords = (to: RewindTarget): string => {
  switch (to._tag) {
    case "Before": return to.words === "" ? "before an earlier turn" : `before ${quoted(to.words)}`
    case "After": return to.words === "" ? "after an earlier turn" : `after ${quoted(to.words)}`
    case "Undone": return "before the last rewind"
    case "At": return "at an earlier moment"
  }
}

const verbs: Record<Operation, string> = { create: "there again", edit: "changed", delete: "gone", rename: "renamed" }

const sentence = ({ by, count, files, to }: RewoundNote): string => {
  const named = files.map(({ operation, path }) => `${quoted(path)} (${verbs[operation]})`)
  const more = count > named.length ? [`and ${count - named.length} more`] : []
  return `${by} made the files of the worktree what they were ${targetWords(to)}${count === 0 ? "; none was another." : `. Files that are other than before: ${[...named, ...more].join(", ")}.`}`
}

/** More than these are only counted. */
const toldLimit = 5

/** What an agent is told ahead of a prompt, once; empty where there is nothing. */
export const noticeOf = (notes: ReadonlyArray<RewoundNote>): string => {
  if (notes.length === 0) return ""
  const newest = notes.slice(-toldLimit)
  const earlier = notes.length - newest.length
  return [
    "For your information; this is from boocode and no request. Since your last turn:",
    ...(earlier > 0 ? [`- The files of the worktree were put back ${earlier} more ${earlier === 1 ? "time" : "times"} before what follows.`] : []),
    ...newest.map((note) => `- ${sentence(note)}`),
    "What you remember of these files may not hold any more: read them again before you change them."
  ].join("\n")
}
