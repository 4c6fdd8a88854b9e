/** Run as a process of its own by the tests of model versions: `node --import tsx test/models-child.ts VERB FOLDER`. */
import { openLibrary } from '../src/library/library.ts'
import { openStore } from '../src/store/open.ts'

export const LISTENER = 1
const FILES = 5
const FILE_BYTES = 200_000

/** Which of the child's versions come to serve: two of three. */
export const serves = (version: number) => version % 3 !== 0

/** The files of a version: large enough to be killed in, and different in every version. */
export const filesOf = (version: number) =>
  Object.fromEntries(
    Array.from({ length: FILES }, (_, i) => [`file-${i}`, Buffer.alloc(FILE_BYTES, `${version} ${i} `)]),
  )

const say = (text: string | number) => process.stdout.write(`${text}\n`)

const VERBS: Record<string, (folder: string) => Promise<void>> = {
  /** Saves version after version, and says each when it is saved. */
  async save(folder) {
    const store = await openStore(`file:${folder}`)
    const { models } = openLibrary(store, folder, Date.now, 'UTC')
    let version = (await models.list(LISTENER))[0]?.version ?? 0
    say('ready')
    for (;;) {
      version++
      await models.save(LISTENER, filesOf(version), {}, { serve: serves(version) })
      say(version)
    }
  },

  /** Saves one version, and says it or why it could not. */
  async once(folder) {
    const store = await openStore(`file:${folder}`)
    const { models } = openLibrary(store, folder, Date.now, 'UTC')
    const version = (await models.list(LISTENER))[0]!.version + 1
    await models.save(LISTENER, filesOf(version), {}, { serve: true }).then(
      () => say(version),
      ({ code, message }) => say(JSON.stringify({ code, message })),
    )
    await store.close()
  },

  /** Holds the store until something is said to it. */
  async hold(folder) {
    const store = await openStore(`file:${folder}`)
    say('ready')
    process.stdin.once('data', () => void store.close())
  },
}

const [verb, folder] = process.argv.slice(2)
if (process.argv[1]?.endsWith('models-child.ts') && verb && folder) await VERBS[verb]!(folder)
