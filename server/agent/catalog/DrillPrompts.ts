/**
 * What a drill says to an agent. A row may word it otherwise: an agent that follows a script instead of a model gets its
 * steps. `{word}` stands for a word made up for the prompt.
 */
import { Schema, Struct } from "effect"

const Prompts = Schema.Struct({
  /** Makes it answer with the word. */
  answer: Schema.String,
  /** Makes it keep the word in mind, and say it. */
  remember: Schema.String,
  recall: Schema.String,
  /** Makes it read `boocode-drill.txt`, which holds the word, with a tool, and answer with the word. */
  tool: Schema.String,
  /** Makes it ask for leave to write the file. */
  rejected: Schema.String,
  allowed: Schema.String,
  /** Makes it speak for a long time. */
  long: Schema.String
})
export type DrillPrompts = typeof Prompts.Type

export const DrillPromptsEdit = Prompts.mapFields(Struct.map(Schema.optionalKey))
export type DrillPromptsEdit = typeof DrillPromptsEdit.Type

/** Files of the directory that a drill works in. */
export const drillFiles = { read: "boocode-drill.txt", rejected: "boocode-drill-rejected.txt", allowed: "boocode-drill-allowed.txt" } as const

export const plainPrompts: DrillPrompts = {
  answer: "Answer with the single word {word} and nothing else. Use no tool.",
  remember: "Remember the word {word} until I ask you for it. Use no tool and write no file. Answer with that word and nothing else.",
  recall: "Which word did I ask you to remember? Use no tool. Answer with that word and nothing else.",
  tool: `Read the file ${drillFiles.read} in your current directory with one of your tools, and answer with the one word that is in it.`,
  rejected: `Create the file ${drillFiles.rejected} in your current directory with the text "made". If that is refused, don't try another way: answer "refused".`,
  allowed: `Create the file ${drillFiles.allowed} in your current directory with the text "made". Then answer "done".`,
  long: "Count from 1 to 1000 in words, a number a line. Use no tool, leave out none, and don't stop before the end."
}

export const filled = (prompt: string, word: string): string => prompt.replaceAll("{word}", word)
