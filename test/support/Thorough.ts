/** Long tests that kill and play at random run a part of their steps by default; `BOOCODE_THOROUGH=1` runs all of them. */
export const thorough = process.env["BOOCODE_THOROUGH"] === "1"

/** All of them, or every fourth from the first. */
export const some = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => thorough ? all : all.filter((_, at) => at % 4 === 0)
