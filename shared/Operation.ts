/** What becomes of a file, and the id of a checkpoint that isn't a turn's: apart from `Change`, for the page's first load. */
import { Schema } from "effect"

export const Operation = Schema.Literals(["create", "edit", "delete", "rename"])
export type Operation = typeof Operation.Type

export const CheckpointId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("CheckpointId"))
export type CheckpointId = typeof CheckpointId.Type
