import type { METHODS } from './methods.ts'
import type { Asking } from './request.ts'
import type { Routes } from './routes.ts'

export type MethodName = keyof typeof METHODS
type RouteOf<Name extends MethodName> = Routes[(typeof METHODS)[Name]]

type Part<Route, Name extends string> = Route extends { readonly [Key in Name]: infer Value }
  ? Value
  : unknown
type Body<Route> = Route extends { readonly body: infer Value } ? { readonly body: Value } : unknown

/** What a method is given: what its path and its query name, and `body`. Its answer is JSON: other formats are had by `file`. */
export type Given<Name extends MethodName> = Part<RouteOf<Name>, 'params'> &
  Omit<Part<RouteOf<Name>, 'query'>, 'format'> &
  Body<RouteOf<Name>>

/** What a method answers. */
export type Answer<Name extends MethodName> = Part<RouteOf<Name>, 'answer'>

type Result<Route> = Route extends { readonly stream: infer Told } | { readonly lines: infer Told }
  ? AsyncGenerator<Told, void, undefined>
  : Promise<Part<Route, 'answer'>>

type Method<Name extends MethodName> =
  object extends Given<Name>
    ? (given?: Given<Name> & Asking) => Result<RouteOf<Name>>
    : (given: Given<Name> & Asking) => Result<RouteOf<Name>>

/** Methods whose answers can be playlist files. */
export type FormattedName = {
  [Name in MethodName]: Part<RouteOf<Name>, 'query'> extends { readonly format?: string } ? Name : never
}[MethodName]
type Format<Name extends FormattedName> = Exclude<
  NonNullable<(Part<RouteOf<Name>, 'query'> & { readonly format?: string })['format']>,
  'json'
>

/** Methods whose answers are pages of a list. */
export type PagedName = {
  [Name in MethodName]: Answer<Name> extends { readonly next?: number | string } ? Name : never
}[MethodName]

/** What the list of a paged answer holds. */
export type Item<Name extends PagedName> = {
  [Key in keyof Answer<Name>]-?: Answer<Name>[Key] extends readonly (infer One)[] ? One : never
}[keyof Answer<Name>]

/** A method of every route, and what spares the work around them. */
export type Client = { readonly [Name in MethodName]: Method<Name> } & {
  /** Everything of a list, page after page as it is read. */
  each<Name extends PagedName>(
    name: Name,
    given: Given<Name> & Asking,
  ): AsyncGenerator<Item<Name>, void, undefined>
  /** A mix as a playlist file: its text. */
  file<Name extends FormattedName>(
    name: Name,
    given: Given<Name> & Asking & { readonly format: Format<Name> },
  ): Promise<string>
  /** Sends events in bulk, however many. @throws Problem; what came before it is kept */
  sendEvents(
    listener: string,
    events: Iterable<Event> | AsyncIterable<Event>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Sent>
}

export type Event = Part<RouteOf<'sendEvent'>, 'body'>

/** What came of events that were sent in bulk. */
export interface Sent {
  taken: number
  /** Plays of those that were known: they count once. */
  duplicates: number
  refused: number
  /** Why, of the first of them; `event` is its number, from 0. */
  problems: { readonly event: number; readonly problem: string }[]
}
