import type { Engine } from '../../src/engine.ts'

const PASSWORD = 'a long word of these tests'

/** People who are signed in. */
export interface Household {
  /** What a page of somebody sends along: the cookie of an open session and its proof; signs in again where it was ended. */
  headers(account: string): Promise<Record<string, string>>
  readonly password: string
}

/**
 * Sets a server up and lets people join.
 * @param people account → listener, who is there already
 * @param admin the name of the first account
 */
export async function signIn(
  { accounts, library }: Engine,
  people: Readonly<Record<string, string>>,
  admin = 'the administrator',
): Promise<Household> {
  const open = new Map<string, { readonly token: string; readonly csrf: string }>()
  const setup = await accounts.setupLink()
  const listenerOf = async (name: string) =>
    ((await library.listeners.find(name)) ?? (await library.listeners.create(name))).id
  const first = await accounts.setUp(setup!.token, { name: admin, password: PASSWORD }, () =>
    listenerOf(admin),
  )
  open.set(admin, { token: first.token, csrf: first.session.csrf })
  for (const [name, listener] of Object.entries(people)) {
    const { link } = await accounts.invite(name, await listenerOf(listener), false)
    const { token, session } = await accounts.join(link.token, PASSWORD)
    open.set(name, { token, csrf: session.csrf })
  }
  return {
    password: PASSWORD,
    async headers(account) {
      const known = open.get(account)!
      if (!(await accounts.find(known.token))) {
        const { token, session } = await accounts.logIn(account, PASSWORD, '127.0.0.1')
        open.set(account, { token, csrf: session.csrf })
      }
      const { token, csrf } = open.get(account)!
      return { cookie: `deepcuts_session=${token}`, 'x-csrf-token': csrf }
    },
  }
}
