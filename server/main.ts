/**
 * The command line: one program, a command for each way to use it. The scripted agent goes first and alone, for it must
 * start fast.
 */
export {}

if (process.argv[2] === "scripted-agent") {
  const { main } = await import("./agent/scripted/ScriptedAgent.ts")
  main()
} else {
  const { runCommandLine } = await import("./cli/CommandLine.ts")
  runCommandLine()
}
