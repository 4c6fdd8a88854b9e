import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of 256 random bits, with what it is in front. */
export function newToken(kind: string): string {
  return `${kind}_${randomBytes(32).toString('base64url')}`
}

/** What is kept of a token, in hex: of 256 random bits a plain SHA-256 is enough, nobody can guess them. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Another secret that follows from a token for a purpose, and from which the token does not follow. */
export function derivedFrom(token: string, purpose: string): string {
  return createHmac('sha256', token).update(purpose).digest('base64url')
}

/** Whether two texts are the same, told in a time that does not hang on where they differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}
