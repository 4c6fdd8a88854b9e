/** What the server answered instead of what was asked: a problem as RFC 9457 has it. */
export class Problem extends Error {
  /** The name of the error, as docs/reference/errors.md lists them; `HTTP_502` and the like where something between the two answered. */
  readonly code: string
  readonly status: number
  /** What is wrong, and what to do: a sentence for people. */
  readonly detail: string
  /** Where the error is described. */
  readonly type: string

  constructor(status: number, told: { readonly [Name in 'code' | 'detail' | 'type']?: string }) {
    const { detail = `The server answered with status ${status}.` } = told
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.detail = detail
    this.code = told.code ?? `HTTP_${status}`
    this.type = told.type ?? ''
  }
}

/** The problem that a response is. */
export async function problemIn(response: Response): Promise<Problem> {
  const isProblem = (response.headers.get('content-type') ?? '').startsWith('application/problem+json')
  const told = isProblem ? await response.json().catch(() => ({})) : {}
  return new Problem(response.status, told as Record<string, string>)
}
