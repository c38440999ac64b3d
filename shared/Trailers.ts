/** The lines below a landing's message that name the agents whose changes it has: pure. */
import type { PendingChange } from "./Change.ts"
import type { AgentName } from "./Ids.ts"

/** Nobody's, for ever: `.invalid` is kept free of owners (RFC 2606), so no mail reaches anybody and no account takes the credit. */
const domain = "agents.boocode.invalid"

const coAuthor = (agent: AgentName): string => `Co-authored-by: ${agent} <${agent}@${domain}>`

/** In the order in which the agents first changed something. */
export const trailersOf = (changes: ReadonlyArray<Pick<PendingChange, "agents">>): ReadonlyArray<string> =>
  [...new Set(changes.flatMap(({ agents }) => agents))].map(coAuthor)
