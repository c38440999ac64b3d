/** `boocode token`: prints the owner's token. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { readToken } from "../edge/OwnerToken.ts"
import { exit, Fail } from "./Fail.ts"
import { dataDirFlag } from "./Serve.ts"

export const tokenCommand = Command.make("token", { dataDir: dataDirFlag }, ({ dataDir }) => readToken(dataDir).pipe(
  Effect.mapError(() => new Fail({
    code: exit.failed, sentence: `There is no token in ${dataDir}, or you may not read it; it is made at the first \`boocode serve\`.`
  })),
  Effect.flatMap(Console.log)
)).pipe(Command.withDescription("Print the owner's token"))
