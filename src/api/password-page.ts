import { createHash } from 'node:crypto'

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}' +
  'label{display:block;margin-top:1rem}input,button{font:inherit;box-sizing:border-box;width:100%;padding:.5rem}' +
  'button{margin-top:1.5rem}@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}}'

/** Takes the token from behind the # and out of the address, and sends what was typed. */
const SCRIPT = `'use strict'
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const form = document.querySelector('form')
const said = document.querySelector('#said')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const typed = Object.fromEntries(new FormData(form))
  if (typed.password !== typed.again) return void (said.textContent = 'The two passwords are not the same.')
  delete typed.again
  if (typed.name) typed.timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  said.textContent = 'One moment…'
  try {
    const answer = await fetch(form.dataset.to, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, ...typed }),
    })
    const { detail, account } = await answer.json()
    if (!answer.ok) return void (said.textContent = detail)
    form.remove()
    said.textContent = account.name + ' is signed in. This link cannot be used again.'
  } catch {
    said.textContent = 'The server does not answer.'
  }
})`

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What the page may do: its own style and script, and ask this server. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page where somebody who has a one-time link sets a password; of the first account also its name. */
export function passwordPage(first: boolean): string {
  const title = first ? 'Set up deepcuts' : 'Choose a password'
  const name =
    '<label>Your name <input name="name" required maxlength="64" autocomplete="username" autofocus></label>'
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1><form data-to="${first ? '/v1/setup' : '/v1/join'}">${first ? name : ''}<label>Password, at least 10 characters <input name="password" type="password" required minlength="10" maxlength="256" autocomplete="new-password"></label><label>The same again <input name="again" type="password" required autocomplete="new-password"></label><button>Go on</button></form><p id="said" role="status"></p><noscript>This page needs JavaScript; the same can be sent as <code>POST ${first ? '/v1/setup' : '/v1/join'}</code>.</noscript><script>${SCRIPT}</script></body></html>\n`
}
