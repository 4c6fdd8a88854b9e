import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Familiarity, PolicySettings, ScoredCandidate } from '../src/core/candidate.ts'
import { flowRule } from '../src/core/flow.ts'
import { random } from '../src/core/random.ts'
import { readExposureFile, writeExposureFile } from '../src/evaluate/exposure-file.ts'
import { answeredSlate, readLoggedSlates } from '../src/evaluate/logged-slates.ts'
import { evaluateSlates } from '../src/evaluate/policy.ts'
import { exposureBody, readExposureBody } from '../src/explore/exposure.ts'
import { policyOf } from '../src/explore/policies.ts'
import { readParquet } from '../src/store/table-file.ts'
import { NOW, play, row, take, tempLibrary } from './suites/temp-library.ts'

const MINUTE = 60_000
const FLOW = { tempo: 0.4, key: 0.2, energy: 0.3 }
const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.6, floor: 0.1 }
const SONGS = Array.from({ length: 12 }, (_, i) => ({ title: `Song ${i}`, artist: `Band ${i % 6}` }))

/** A store where Ada was shown four slates of four songs: one answered, one not, one drawn again, and one of an older format. */
async function shownToAda() {
  const { library, folder } = await tempLibrary()
  await take(
    library,
    SONGS.map((song) => row(song)),
  )
  const { id } = await library.listeners.get('ada')
  const catalog = await library.catalog()
  const pool = Array.from({ length: catalog.size }, (_, at): ScoredCandidate => {
    const rng = random(`song ${at}`)
    return {
      ...{
        row: at,
        sources: [],
        trackId: catalog.trackId[at]!,
        artist: catalog.artist[at]!,
        likability: 0.5,
      },
      familiarity: at % 2 ? 'new' : 'familiar',
      scores: [rng.normal(), rng.normal()],
      ...{ tempo: 60 + 80 * rng.next(), energy: rng.next() },
    }
  })
  const rules = { novelty: 0.4, artistGap: 1, flow: flowRule(FLOW) }
  const show = async (draw: string, minute: number, occasion = 'day', format = 2) => {
    const slate = policyOf(MIXTURE).draw(pool, rules, 4, random(draw))
    const body = exposureBody(slate, { n: 4, novelty: 0.4, artistGap: 1, flowWeights: FLOW })
    const at = NOW + minute * MINUTE
    await library.exposures.append({
      ...{
        draw,
        listener: id,
        recipe: 'daily-1',
        occasion,
        at,
        model: 3,
        body: JSON.stringify({ ...body, format }),
      },
    })
    return slate.tracks.map(({ candidate }) => candidate.row)
  }
  const answered = await show('first', 0)
  await show('second', 2000)
  await show('third', 6000, 'again')
  await show('fourth', 9000, 'day', 1)
  const heard = (slot: number, minute: number, reasonEnd: string) =>
    play({ ...trackOf(catalog, answered[slot]!) }, NOW + minute * MINUTE, { msPlayed: MINUTE, reasonEnd })
  await take(library, [heard(0, 5, 'trackdone'), heard(1, 9, 'fwdbtn'), heard(2, 12, 'logout')])
  const said = (await library.catalog()).trackId[answered[0]!]!
  await library.feedback.say(id, { kind: 'like', identifier: said, artist: '' })
  const ada = await library.listeners.get('ada')
  return { library, folder, log: await readLoggedSlates(library, [ada]), answered }
}

function trackOf(
  catalog: Awaited<ReturnType<Awaited<ReturnType<typeof tempLibrary>>['library']['catalog']>>,
  at: number,
) {
  return { title: catalog.titles.at(at), artist: catalog.artists.at(catalog.artist[at]!) }
}

describe('the log of what was shown', () => {
  it('is read with what came of every slot', async () => {
    const { log } = await shownToAda()
    expect(log.map(({ exposure, outcome }) => [exposure.draw, outcome.seen])).toEqual([
      ['first', 3],
      ['second', 0],
      ['third', 0],
      ['fourth', 0],
    ])
    // Finished and liked as it was shown, skipped, and left in a way that says nothing.
    expect(answeredSlate(log[0]!).rewards).toEqual([0.875, expect.closeTo(-0.125, 12), Number.NaN])
  })

  it('a policy can be asked about on it', async () => {
    const { log } = await shownToAda()
    const { metrics, notes } = evaluateSlates(log.map(answeredSlate), {
      ...{ name: 'log', sha256: [], seed: 1 },
      target: { name: 'uniform' },
    })
    expect(metrics.n).toBe(1)
    expect(metrics.refused).toContain('more like these would be enough')
    expect(notes.join('\n')).toContain('Left out 1 sitting: they were drawn again')
    expect(notes.join('\n')).toContain('1 play ended in a way that says nothing')
  })
})

describe('the log of one listener of several', () => {
  it('holds nothing of another, not even by what they play of the same songs', async () => {
    const { library, folder, log, answered } = await shownToAda()
    const catalog = await library.catalog()
    const alike = log[0]!.exposure
    await take(library, [play({ ...trackOf(catalog, answered[3]!) }, NOW + 20 * MINUTE)], { listener: 'bob' })
    const bob = await library.listeners.get('bob')
    await library.exposures.append({ ...alike, draw: 'of bob', listener: bob.id })
    const path = join(folder, 'ada.csv')
    const ada = await readLoggedSlates(library, [await library.listeners.get('ada')])
    await writeExposureFile(path, 'csv', ada, await library.catalog())
    expect(ada.map(({ exposure, outcome }) => [exposure.draw, outcome.seen])).toEqual(
      log.map(({ exposure, outcome }) => [exposure.draw, outcome.seen]),
    )
    expect(readFileSync(path, 'utf8')).not.toContain('of bob')
    const both = await readLoggedSlates(library, await library.listeners.list())
    const his = both.filter(({ exposure }) => exposure.listener === bob.id)
    expect(his.map(({ outcome }) => outcome.slots.map((slot) => slot !== undefined))).toEqual([
      [false, false, false, true],
    ])
  })
})

describe.each(['csv', 'parquet'] as const)('the log as a %s file', (format) => {
  it('reads back as the slates it was made from', async () => {
    const { library, folder, log } = await shownToAda()
    const path = join(folder, `log.${format}`)
    expect(await writeExposureFile(path, format, log, await library.catalog())).toBe(16)
    const { slates, file } = await readExposureFile(path)
    expect(file).toBe(`log.${format}`)
    expect(slates).toEqual(log.map(answeredSlate))
  })
})

describe('the rows of the log', () => {
  it('have what was shown and stated, slot by slot, and every slate states what its own policy recomputes', async () => {
    const { library, folder, log, answered } = await shownToAda()
    const path = join(folder, 'log.parquet')
    await writeExposureFile(path, 'parquet', log, await library.catalog())
    const columns = await readParquet(path)
    const catalog = await library.catalog()
    expect(columns.slot!.slice(0, 5)).toEqual(['1', '2', '3', '4', '1'])
    expect(columns.title!.slice(0, 4)).toEqual(answered.map((at) => catalog.titles.at(at)))
    expect(columns.outcome!.slice(0, 5)).toEqual(['finish', 'skip', 'unknown', '', ''])
    expect(columns.said!.slice(0, 3)).toEqual(['like', '', ''])
    expect(columns.seen!.slice(0, 5)).toEqual(['1', '1', '1', '0', '0'])
    expect(columns.shown_at![0]).toBe(new Date(NOW).toISOString())
    expect(columns.played_at![0]).toBe(new Date(NOW + 4 * MINUTE).toISOString())

    const slate = readExposureBody(columns.slate![0]!)
    const stated = policyOf(slate.policy).propensities(
      slate.pool,
      slate.rules,
      columns.type!.slice(0, 4) as Familiarity[],
      [0, 1, 2, 3].map((k) => slate.pool.findIndex(({ trackId }) => String(trackId) === columns.track![k])),
    )
    expect(columns.prefix_propensity!.slice(0, 4).map(Number)).toEqual(
      stated.map(({ prefixPropensity }) => expect.closeTo(prefixPropensity, 12)),
    )
    expect(columns.propensity!.slice(0, 4).map(Number)).toEqual(
      stated.map(({ propensity }) => expect.closeTo(propensity, 12)),
    )
  })

  it('a file whose rows were changed is refused with a sentence', async () => {
    const { library, folder, log } = await shownToAda()
    const path = join(folder, 'log.csv')
    await writeExposureFile(path, 'csv', log, await library.catalog())
    const text = readFileSync(path, 'utf8')
    const changed = async (from: RegExp | string, to: string) => {
      writeFileSync(path, text.replace(from, to))
      return readExposureFile(path)
    }
    await expect(changed('prefix_propensity', 'x')).resolves.toBeDefined()
    await expect(changed(',reward,', ',worth,')).rejects.toThrow('log.csv lacks reward')
    await expect(changed(',finish,like,0.875,', ',finish,like,,')).rejects.toThrow(
      'its slot was seen, but its reward is missing',
    )
    await expect(changed(',finish,like,0.875,', ',finish,like,good,')).rejects.toThrow(
      'its reward is "good", no number',
    )
    await expect(changed(',finish,like,0.875,', ',finish,like,1e9,')).rejects.toThrow('none is beyond 1')
    const first = text.split('\n')[1]!.split(',')
    await expect(changed(`${first[0]},${first[1]},`, `${first[0]},ada,`)).rejects.toThrow(
      'its listener is "ada", no whole number',
    )
    await expect(changed(/,1,([^,]*,finish)/, ',yes,$1')).rejects.toThrow('its seen is "yes"')
    await expect(changed(/,1,([^,]*,finish)/, ',0,$1')).rejects.toThrow('the one before it was not')
    const lines = text.split('\n')
    writeFileSync(path, [lines[0], ...lines.slice(2)].join('\n'))
    await expect(readExposureFile(path)).rejects.toThrow('does not follow the one before it')
    writeFileSync(join(folder, 'log.parquet'), 'no table')
    await expect(readExposureFile(join(folder, 'log.parquet'))).rejects.toThrow('it is no Parquet file')
    await expect(readExposureFile(join(folder, 'gone.parquet'))).rejects.toThrow('There is no file or folder')
  })
})
