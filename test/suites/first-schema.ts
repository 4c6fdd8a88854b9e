import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** Tables that came after version 1. */
const LATER = [
  'apiKeys',
  'requests',
  'accounts',
  'sessions',
  'links',
  'audit',
  'preparedMixes',
  'protocolTokens',
  'artistIds',
  'merges',
]

/** Makes the store of a data folder what version 1 had left: the same rows in the first schema. What came later is lost. */
export async function toFirstSchema(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'deepcuts.duckdb'))
  const connection = await instance.connect()
  const largest =
    'SELECT max("served") FROM "models" AS other WHERE other."listener" = "models"."listener" AND other."served" > 0'
  for (const sql of [
    ...LATER.map((table) => `DROP TABLE IF EXISTS "${table}"`),
    `UPDATE "models" SET "served" = CASE WHEN "served" = (${largest}) THEN 1 ELSE 0 END`,
    'ALTER TABLE "models" ALTER COLUMN "served" TYPE TINYINT',
    'ALTER TABLE "models" RENAME COLUMN "served" TO "active"',
    `UPDATE "meta" SET "value" = '1' WHERE "key" = 'schemaVersion'`,
    'CHECKPOINT',
  ])
    await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
