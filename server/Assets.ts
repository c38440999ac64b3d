/**
 * Assets: where the compiled binary carries its files.
 *
 * Owns the one fact that tells the binary from a checkout. `bun build --compile --asset` puts files beside the bundled
 * program in a read-only folder of its own; a checkout reads the same files from `dist/`. What they hold belongs to
 * their readers (`edge/PageFiles.ts`, `store/PostgresBundle.ts`).
 */

/** The folder with the binary's own files; `undefined` in a checkout. */
export const binaryAssets: string | undefined = import.meta.dirname.startsWith("/$bunfs/") ? import.meta.dirname : undefined
