// The scripted agent as a program of its own.

import { main } from "./ScriptedAgent.ts"

await main()
