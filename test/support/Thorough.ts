/** Long tests that kill and play at random run a part of their steps by default; `BOOCODE_THOROUGH=1` runs all of them. */
export const thorough = process.env["BOOCODE_THOROUGH"] === "1"

/** Every third, the first and the last. */
export const some = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => thorough ? all : all.filter((_, at) => at % 3 === 0 || at === all.length - 1)
