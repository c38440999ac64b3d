/**
 * The ids of everything that has one. Each is a branded string, so that a chat's id never stands where a
 * session's is wanted. Ids are made at the edges (the client makes prompt ids, the server all others); nothing
 * pure makes one.
 */
import { Schema } from "effect"

const uuid = Schema.String.check(Schema.isUUID())

export const ProjectId = uuid.pipe(Schema.brand("ProjectId"))
export type ProjectId = typeof ProjectId.Type

export const SessionId = uuid.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type

export const WorktreeId = uuid.pipe(Schema.brand("WorktreeId"))
export type WorktreeId = typeof WorktreeId.Type

export const ChatId = uuid.pipe(Schema.brand("ChatId"))
export type ChatId = typeof ChatId.Type

/** Made by the server when work is dispatched. */
export const TaskId = uuid.pipe(Schema.brand("TaskId"))
export type TaskId = typeof TaskId.Type

/** Made by the server when a turn starts. */
export const TurnId = uuid.pipe(Schema.brand("TurnId"))
export type TurnId = typeof TurnId.Type

/** Made by the server when an agent asks something. */
export const RequestId = uuid.pipe(Schema.brand("RequestId"))
export type RequestId = typeof RequestId.Type

/** Made afresh at every start of a server. What another boot owns is dead. */
export const BootId = uuid.pipe(Schema.brand("BootId"))
export type BootId = typeof BootId.Type

/** Made by the client, so that a prompt sent twice runs once. 8 to 64 characters of `A-Z a-z 0-9 _ -`. */
export const PromptId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{8,64}$/)).pipe(Schema.brand("PromptId"))
export type PromptId = typeof PromptId.Type

/** The name of a catalogue row: `goose`, `qwen`, `scripted`, … */
export const AgentName = Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9._-]{0,63}$/)).pipe(Schema.brand("AgentName"))
export type AgentName = typeof AgentName.Type

/** One text, thought or plan within a turn; made by the server from what the agent reports. */
export const PartId = Schema.String.pipe(Schema.brand("PartId"))
export type PartId = typeof PartId.Type

/** The agent's own id of a tool call; unique within its turn only. */
export const ToolCallId = Schema.String.pipe(Schema.brand("ToolCallId"))
export type ToolCallId = typeof ToolCallId.Type

/** Who did something: the owner, a named token, a tool, or the server itself. */
export const Who = Schema.NonEmptyString.pipe(Schema.brand("Who"))
export type Who = typeof Who.Type
