/** What a drill teaches of an agent's quirks, beyond what its row knows. Pure. */
import type { AgentQuirks } from "../agent/AgentRow.ts"
import type { Seen } from "./Verdicts.ts"

export interface Lessons {
  readonly cancelled: ReadonlyArray<Seen>
  readonly rejected?: Seen | undefined
  /** By what its session was taken up again. */
  readonly way?: "resume" | "load" | undefined
}

export interface Learnt {
  readonly quirks: Partial<AgentQuirks>
  /** Each in words. */
  readonly words: ReadonlyArray<string>
}

const beyond = (known: ReadonlyArray<string> | undefined, usual: string, reported: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  [...new Set(reported)].filter((one) => one !== undefined && one !== usual && known?.includes(one) !== true).map(String)

export const learnt = (row: AgentQuirks, { cancelled, rejected, way }: Lessons): Learnt => {
  // what had to be ended by force reported nothing of its own will
  const obeyed = cancelled.filter(({ overdue, steps }) => overdue === undefined && steps.every((step) => step === "cancel"))
  const cancels = beyond(row.cancelReported, "cancelled", obeyed.map(({ reported }) => reported))
  const rejects = beyond(row.rejectReported, "end_turn", [rejected?.overdue === undefined && (rejected?.asked.length ?? 0) > 0 ? rejected?.reported : undefined])
  const resume = way === undefined || way === row.resume ? undefined : way
  return {
    quirks: {
      ...(cancels.length === 0 ? {} : { cancelReported: [...row.cancelReported ?? [], ...cancels] }),
      ...(rejects.length === 0 ? {} : { rejectReported: [...row.rejectReported ?? [], ...rejects] }),
      ...(resume === undefined ? {} : { resume })
    },
    words: [
      ...cancels.map((one) => `a cancelled turn is reported as ${one}`),
      ...rejects.map((one) => `a turn with a refused permission is reported as ${one}`),
      ...(resume === undefined ? [] : [`its session is taken up again by ${resume}`])
    ]
  }
}
