/** What a turn shows of an agent's way to its answer: thoughts and tool calls. Loaded as one beside the first screen, with the first turn that says anything. */
import "./boo-thought.ts"
import "./boo-tool.ts"
