import { DeepcutsError } from '../core/errors.ts'

/** One step forward: from version `to − 1` to version `to`. A step that was published never changes. */
export interface Migration {
  readonly to: number
  apply(run: Run): Promise<void>
}

/** Runs one statement inside the migration's transaction. */
export type Run = (sql: string) => Promise<void>

/**
 * The steps since version 1, in order. A new store gets the tables of schema.ts at once and needs none of them;
 * whoever changes a published table adds the step that brings an existing store there.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    to: 2,
    /** Which version served is kept in order. Up to version 1 every model served as soon as it was made. */
    async apply(run) {
      await run('ALTER TABLE "models" RENAME COLUMN "active" TO "served"')
      await run('ALTER TABLE "models" ALTER COLUMN "served" TYPE INTEGER')
      await run('UPDATE "models" SET "served" = "version"')
    },
  },
  {
    to: 3,
    /** The server's keys, and the requests that it answered. */
    async apply(run) {
      await run(
        'CREATE TABLE IF NOT EXISTS "apiKeys" ("id" INTEGER NOT NULL, "name" VARCHAR NOT NULL, "scope" VARCHAR NOT NULL, "listener" INTEGER NOT NULL, "sha256" VARCHAR NOT NULL, "createdAt" DOUBLE NOT NULL, "usedAt" DOUBLE NOT NULL, "revokedAt" DOUBLE NOT NULL)',
      )
      await run(
        'CREATE TABLE IF NOT EXISTS "requests" ("key" VARCHAR NOT NULL, "sha256" VARCHAR NOT NULL, "import" INTEGER NOT NULL, "at" DOUBLE NOT NULL)',
      )
    },
  },
  {
    to: 4,
    /** Who may sign in, who is, the links that let them, and what administrators did. */
    async apply(run) {
      await run(
        'CREATE TABLE IF NOT EXISTS "accounts" ("id" INTEGER NOT NULL, "name" VARCHAR NOT NULL, "listener" INTEGER NOT NULL, "admin" TINYINT NOT NULL, "password" VARCHAR NOT NULL, "createdAt" DOUBLE NOT NULL, "removedAt" DOUBLE NOT NULL)',
      )
      await run(
        'CREATE TABLE IF NOT EXISTS "sessions" ("sha256" VARCHAR NOT NULL, "account" INTEGER NOT NULL, "createdAt" DOUBLE NOT NULL, "seenAt" DOUBLE NOT NULL)',
      )
      await run(
        'CREATE TABLE IF NOT EXISTS "links" ("sha256" VARCHAR NOT NULL, "purpose" VARCHAR NOT NULL, "account" INTEGER NOT NULL, "expiresAt" DOUBLE NOT NULL)',
      )
      await run(
        'CREATE TABLE IF NOT EXISTS "audit" ("id" INTEGER NOT NULL, "at" DOUBLE NOT NULL, "who" VARCHAR NOT NULL, "action" VARCHAR NOT NULL, "about" VARCHAR NOT NULL)',
      )
    },
  },
  {
    to: 5,
    /** Mixes that wait for their listeners. */
    async apply(run) {
      await run(
        'CREATE TABLE IF NOT EXISTS "preparedMixes" ("draw" VARCHAR NOT NULL, "listener" INTEGER NOT NULL, "recipe" VARCHAR NOT NULL, "occasion" VARCHAR NOT NULL, "at" DOUBLE NOT NULL, "model" INTEGER NOT NULL, "body" VARCHAR NOT NULL, "day" VARCHAR NOT NULL)',
      )
    },
  },
  {
    to: 6,
    /** What lets players speak for listeners, and the artists that they name by MusicBrainz ids. */
    async apply(run) {
      await run(
        'CREATE TABLE IF NOT EXISTS "protocolTokens" ("id" INTEGER NOT NULL, "listener" INTEGER NOT NULL, "name" VARCHAR NOT NULL, "protocol" VARCHAR NOT NULL, "sha256" VARCHAR NOT NULL, "sealed" VARCHAR NOT NULL, "createdAt" DOUBLE NOT NULL, "usedAt" DOUBLE NOT NULL, "revokedAt" DOUBLE NOT NULL)',
      )
      await run(
        'CREATE TABLE IF NOT EXISTS "artistIds" ("listener" INTEGER NOT NULL, "mbid" VARCHAR NOT NULL, "artist" VARCHAR NOT NULL)',
      )
    },
  },
  {
    to: 7,
    /** Recordings that somebody said are one. */
    async apply(run) {
      await run(
        'CREATE TABLE IF NOT EXISTS "merges" ("identifier" INTEGER NOT NULL, "other" INTEGER NOT NULL)',
      )
    },
  },
]

/** The version that a list of steps leads to. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.to ?? 1
}

/**
 * The steps that a store of version `found` still needs, in order.
 * @throws DeepcutsError STORE_NEWER when the store is beyond the last step
 */
export function pending(migrations: readonly Migration[], found: number, path: string): readonly Migration[] {
  const known = latestVersion(migrations)
  if (found > known) throw new DeepcutsError('STORE_NEWER', { path, found, known })
  return migrations.filter(({ to }) => to > found)
}
