import { DeepcutsError } from './core/errors.ts'

/** Every setting of the environment: its name, what it is when absent, and what it means. Verbs' own options are on the verbs. */
export const SETTINGS = {
  DEEPCUTS_DATA: { absent: './deepcuts-data', meaning: 'the data folder, unless --data names one' },
  DEEPCUTS_COMMUNITY: {
    absent: 'off',
    meaning:
      '"on": what at least five listeners of this folder did counts for all of them: what is popular lately, what is heard and listed together, a model of everybody',
  },
  DEEPCUTS_DEBUG: { absent: '', meaning: 'anything but empty: an unexpected error shows where it happened' },
} as const

export type Settings = Readonly<Record<keyof typeof SETTINGS, string>>

/**
 * Reads the settings from an environment.
 * @throws UNKNOWN_SETTING for a DEEPCUTS_… variable that is none of them, BAD_VALUE for DEEPCUTS_COMMUNITY neither on nor off
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const names = Object.keys(SETTINGS) as (keyof Settings)[]
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('DEEPCUTS_') && !names.some((known) => known === name),
  )
  if (unknown) throw new DeepcutsError('UNKNOWN_SETTING', { name: unknown, names: names.join(', ') })
  const settings = Object.fromEntries(
    names.map((name) => [name, environment[name] || SETTINGS[name].absent]),
  ) as Settings
  const community = settings.DEEPCUTS_COMMUNITY
  if (community !== 'on' && community !== 'off')
    throw new DeepcutsError('BAD_VALUE', {
      option: 'DEEPCUTS_COMMUNITY',
      value: community,
      expected: 'on or off',
    })
  return settings
}
