import { DeepcutsError } from '../core/errors.ts'

/** Where a page of a list ended: the place of its last row in the order of the list. */
export type Place = readonly (number | string)[]

/** A place as a word that programs send back and need not understand. */
function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place that a cursor of such a list names. @throws REQUEST_INVALID */
export function placeOf<const Parts extends readonly ('number' | 'string')[]>(
  cursor: string,
  parts: Parts,
): { readonly [I in keyof Parts]: Parts[I] extends 'number' ? number : string } {
  const place = parsed(Buffer.from(cursor, 'base64url').toString())
  const fits =
    Array.isArray(place) &&
    place.length === parts.length &&
    place.every((part, i) => typeof part === parts[i])
  if (!fits)
    throw new DeepcutsError('REQUEST_INVALID', { problem: 'its "after" is no "next" of a page of this list' })
  return place as never
}

/**
 * One page of things in order.
 * @param isAfter whether a thing comes after the place where the page before ended
 * @param placeIn of the last thing of this page
 */
export function paged<T>(
  all: readonly T[],
  limit: number,
  isAfter: (one: T) => boolean,
  placeIn: (one: T) => Place,
): { readonly page: readonly T[]; readonly next?: string } {
  const from = all.findIndex(isAfter)
  const page = from < 0 ? [] : all.slice(from, from + limit)
  const more = from >= 0 && from + limit < all.length
  return { page, ...(more && { next: cursorOf(placeIn(page.at(-1)!)) }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
