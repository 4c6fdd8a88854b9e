import type { ModelManifest } from '../library/models.ts'

/** What is known of a version: numbers where its training told them. */
export interface VersionFacts {
  readonly version: number
  /** The version that served the listener before. */
  readonly parent?: number
  /** The version that its training went on from, where it was a refresh. */
  readonly refreshed?: number
  /** When it was made, ms since the epoch. */
  readonly madeAt: number
  /** Plays with a known outcome that it learned from. */
  readonly plays?: number
  /** Of all plays that were known when it was made. */
  readonly finishes?: number
  readonly skips?: number
  /** Of all plays that were known when it was made, ms since the epoch. */
  readonly firstPlayAt?: number
  readonly lastPlayAt?: number
  /** End of the first held-out play, ms since the epoch. */
  readonly heldOutFrom?: number
  readonly seed?: number
  readonly preset?: string
}

/** The facts of a version that its manifest tells; the training is whatever its own code wrote there. */
export function versionFacts({ version, parent, at, training }: ModelManifest): VersionFacts {
  const told = (typeof training === 'object' && training !== null ? training : {}) as Record<string, unknown>
  const numbers = ['plays', 'finishes', 'skips', 'firstPlayAt', 'lastPlayAt', 'heldOutFrom', 'seed'].flatMap(
    (name) => (typeof told[name] === 'number' ? [[name, told[name]] as const] : []),
  )
  const { from } = (told.refresh ?? {}) as { readonly from?: unknown }
  return {
    version,
    ...(typeof from === 'number' && { refreshed: from }),
    ...(parent !== undefined && { parent }),
    madeAt: at,
    ...Object.fromEntries(numbers),
    ...(typeof told.preset === 'string' && { preset: told.preset }),
  }
}
