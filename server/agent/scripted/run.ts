// The scripted agent as a program of its own.

import { ScriptedAgent } from "./ScriptedAgent.ts"

await ScriptedAgent.main()
