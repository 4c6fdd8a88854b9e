/** Reports long work. The CLI draws it; libraries only call it. */
export interface Progress {
  /** Begins a named stage with `total` units (0 when unknown), replacing the one before. */
  stage(name: string, total: number, unit?: string): void
  /** Says how many units of the stage are done, and how it goes. */
  at(done: number, told?: string): void
  /** Ends the current stage. */
  done(): void
}

export const silent: Progress = { stage() {}, at() {}, done() {} }
