/**
 * The house's own rules for the linter, loaded by `.oxlintrc.json`:
 *
 *   house/imports   the import law, for static and dynamic imports, re-exports and imported types
 *   house/runs      effects are run at the entries only
 *   house/length    a function has at most 60 lines of its own; those of the functions inside it are theirs
 */
import { posix } from "node:path"
import { forbidden, resolved } from "./ImportLaw.ts"

const entries = ["server/cli/CommandLine.ts", "client/rpc/Runner.ts", "bench/main.ts", "test/support/PreparedCluster.ts"]
const longest = 60

/** The parts of the linter's types that are used here. */
interface Context {
  readonly cwd: string
  readonly filename: string
  readonly report: (problem: { readonly node: object; readonly message: string }) => void
}
interface Importing {
  readonly source?: { readonly value?: unknown } | null
}
interface Member {
  readonly object: { readonly name?: string }
  readonly property: { readonly name?: string }
}
interface Fn {
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
}

const fileOf = (context: Context) => posix.relative(context.cwd, context.filename)

const imports = {
  create(context: Context) {
    const file = fileOf(context)
    const judge = (node: Importing) => {
      if (typeof node.source?.value !== "string") return
      const target = resolved(file, node.source.value)
      const law = forbidden(file, target)
      if (law !== undefined) context.report({ node: node.source, message: `${file} may not import ${target}: ${law}.` })
    }
    return {
      ImportDeclaration: judge,
      ExportAllDeclaration: judge,
      ExportNamedDeclaration: judge,
      ImportExpression: judge,
      TSImportType: judge
    }
  }
}

const runs = {
  create(context: Context) {
    if (entries.includes(fileOf(context))) return {}
    return {
      MemberExpression(node: Member) {
        if (!/^(Effect|ManagedRuntime|NodeRuntime)$/.test(node.object.name ?? "") || !/^run[A-Z]/.test(node.property.name ?? "")) return
        context.report({ node, message: `Effects are run in ${entries.join(", ")} only: return the effect instead.` })
      }
    }
  }
}

const length = {
  create(context: Context) {
    const inner: Array<number> = []
    const enter = () => {
      inner.push(0)
    }
    const leave = (node: Fn) => {
      const lines = node.loc.end.line - node.loc.start.line + 1
      const own = lines - (inner.pop() ?? 0)
      if (own > longest) context.report({ node, message: `This function has ${own} lines of its own; ${longest} is the most.` })
      const outer = inner.pop()
      if (outer !== undefined) inner.push(outer + lines - 1)
    }
    return {
      "ArrowFunctionExpression": enter,
      "FunctionDeclaration": enter,
      "FunctionExpression": enter,
      "ArrowFunctionExpression:exit": leave,
      "FunctionDeclaration:exit": leave,
      "FunctionExpression:exit": leave
    }
  }
}

export default { meta: { name: "house" }, rules: { imports, runs, length } }
