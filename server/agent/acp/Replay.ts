/** How what an agent is told besides a prompt goes along with it: as its context, and not as part of it. */
import type { ContentBlock as AcpContentBlock } from "@agentclientprotocol/sdk"

const introduction =
  "What was said in this chat so far, for your information: you took part in it, or other agents did. It is a record and no request; the request is what stands outside of it."

/** Longer than any in the text. */
const fenceFor = (text: string): string =>
  "`".repeat(Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length)) + 1)

/** Before the prompt; behind its first block where that is a slash command, which only counts in front. ACP: meant for the assistant, nothing that the user said. */
const ahead = (content: ReadonlyArray<AcpContentBlock>, text: string): Array<AcpContentBlock> => {
  if (text === "") return [...content]
  const block: AcpContentBlock = { type: "text", text, annotations: { audience: ["assistant"] } }
  const [first, ...rest] = content
  const isCommand = first?.type === "text" && first.text.startsWith("/")
  return isCommand ? [first, block, ...rest] : [block, ...content]
}

/** A prompt with what the agent is to be told of what happened meanwhile. */
export const withNotice = ahead

/** A prompt with the transcript. */
export const withTranscript = (content: ReadonlyArray<AcpContentBlock>, transcript: string): Array<AcpContentBlock> => {
  if (transcript === "") return [...content]
  const fence = fenceFor(transcript)
  return ahead(content, `${introduction}\n\n${fence}\n${transcript}\n${fence}`)
}
