/** What telling duplicates apart needs to know of a play. Times and lengths in milliseconds. */
export interface PlayKeys {
  readonly import: Int32Array
  /** A number that is the same for the same artist and title. */
  readonly name: Int32Array
  readonly identifier: Int32Array
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  /** As PRECISION has it. */
  readonly exact: Int8Array
}
