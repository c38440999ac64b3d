/**
 * Who calls, and what any call can be refused with before it is looked at. The upgrade is authenticated by the edge; every
 * call carries the caller that the connection was opened by.
 */
import { Context, Schema } from "effect"
import { RpcMiddleware } from "effect/rpc"
import { BadRequest, Unauthorized } from "../Errors.ts"
import type { Who } from "../Ids.ts"

export class Caller extends Context.Service<Caller, { readonly who: Who }>()("boocode/Caller") {}

export class Auth extends RpcMiddleware.Service<Auth, { provides: Caller }>()("boocode/Auth", { error: Schema.Union([Unauthorized, BadRequest]) }) {}
