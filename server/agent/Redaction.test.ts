import { assert, describe, it } from "@effect/vitest"
import { redacted, redactor, secretsOf } from "./Redaction.ts"

const redact = redactor([])

describe("the variables that hold secrets", () => {
  it("are those whose names say so, unless their values are mere words", () => {
    const secrets = secretsOf(
      { OPENAI_API_KEY: "key-of-openai", GITHUB_TOKEN: "token-of-github", PATH: "/usr/bin:/bin", DB_PASSWORD: " secret words ", KEYBOARD: "qwerty-layout", MONKEY: "a-long-monkey" },
      { ANTHROPIC_AUTH_TOKEN: "token-of-claude", GOOSE_API_KEY: "none", NOTHING_SECRET: undefined, "my-secret": "kebab-case-value" })
    assert.deepStrictEqual(secrets, ["key-of-openai", "token-of-github", "secret words", "token-of-claude", "kebab-case-value"])
  })

  it("are taken out wherever they stand, longest first, also as JSON spells them", () => {
    const take = redactor(["a\"quoted\\value", "common-part", "common-part-and-more", "none"])
    assert.strictEqual(take(JSON.stringify({ text: "it is a\"quoted\\value." })), `{"text":"it is ${redacted}."}`)
    assert.strictEqual(take("common-part-and-more, common-part, none"), `${redacted}, ${redacted}, none`)
    assert.strictEqual(redactor(["a.c+e(fgh"])("a.c+e(fgh abc"), `${redacted} abc`)
  })
})

describe("what looks like a secret", () => {
  const gone: ReadonlyArray<readonly [string, string]> = [
    [`{"headers":{"Authorization":"Bearer abc.def-123"}}`, "abc.def-123"],
    [`{"text":"curl -H \\"authorization: Basic dXNlcjpwYXNz\\" x"}`, "dXNlcjpwYXNz"],
    ["Authorization: token-without-scheme", "token-without-scheme"],
    ["use sk-proj-abcdefghijklmnop123456 here", "abcdefghijklmnop"],
    ["sk-ant-api03-AbCdEfGhIjKlMnOpQrSt-uvw", "AbCdEfGh"],
    [`ghp_${"a1B2".repeat(9)}`, "a1B2a1B2"],
    [`github_pat_${"a1B2".repeat(9)}`, "a1B2a1B2"],
    [`xoxb-123456789012-abcdefabcdef`, "123456789012"],
    ["AKIAIOSFODNN7EXAMPLE", "IOSFODNN"],
    [`AIza${"x".repeat(35)}`, "xxxx"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIi"],
    [`{"apiKey":"0123456789"}`, "0123456789"],
    [`{"env":[{"x":1}],"access_token": "zzz-yyy"}`, "zzz-yyy"],
    [`{"text":"{\\"password\\":\\"hunter2\\"}"}`, "hunter2"],
    ["export OPENAI_API_KEY=whatever-it-is", "whatever-it-is"],
    ["http://127.0.0.1:4690/?token=abcdef", "abcdef"],
    ["postgres://ada:lovelace@db/x", "lovelace"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"],
    ["-----BEGIN PRIVATE KEY-----\\nMIIE cut off", "MIIE"]
  ]
  for (const [text, secret] of gone) {
    it(`is gone: ${text.slice(0, 40)}`, () => {
      const left = redact(text)
      assert.notInclude(left, secret)
      assert.include(left, redacted)
    })
  }

  it("leaves JSON as JSON, and what stands beside it", () => {
    const line = JSON.stringify({ method: "session/new", params: { mcpServers: [{ env: [{ name: "A", value: "1" }], headers: { Authorization: "Bearer abcdefgh" } }], password: "x y", after: 1 } })
    assert.deepStrictEqual(JSON.parse(redact(line)), { method: "session/new", params: { mcpServers: [{ env: [{ name: "A", value: "1" }], headers: { Authorization: `Bearer ${redacted}` } }], password: redacted, after: 1 } })
  })

  it("leaves what only sounds like it", () => {
    for (const text of [
      `{"usage":{"inputTokens":12,"outputTokens":3},"max_tokens":100}`, "The token bucket holds 5 tokens; press a key.", "task-list-of-the-day is sky-blue",
      `{"keys":["a","b"],"name":"skip-ci"}`, "https://example.org/path?page=2", "monkey=1", "authentication required"
    ]) assert.strictEqual(redact(text), text)
  })
})
