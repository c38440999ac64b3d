/** Prompts to try on the scripted agent, one for each thing a turn can show. Pure. */
export const trials: ReadonlyArray<{ readonly name: string; readonly words: string; readonly prompt: string }> = [
  {
    name: "A whole turn", words: "Thinking, a plan, tools, a file, an answer",
    prompt: "think The page needs a greeting, so a small file is enough.\nplan Look around; Write the greeting; Say what was done\ntool Search the sources 900\nwrite greeting.txt Hello from boocode\nstream 60 every 30"
  },
  { name: "A permission", words: "It asks, you answer", prompt: "say I would like to change something.\npermission Write to settings.json\nsay Thank you." },
  { name: "A long answer", words: "Stop it, or queue another prompt", prompt: "stream 400 every 50" },
  { name: "A crash", words: "The turn ends, with its cause", prompt: "say All is well.\nsleep 800\ncrash 3" }
]
