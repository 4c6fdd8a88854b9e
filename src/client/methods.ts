import type { Routes } from './routes.ts'

/** A client's method for every route. */
export const METHODS = {
  health: 'GET /v1/health',
  ready: 'GET /v1/ready',
  metrics: 'GET /v1/metrics',
  listeners: 'GET /v1/listeners',
  createListener: 'POST /v1/listeners',
  listener: 'GET /v1/listeners/:listener',
  exportListener: 'GET /v1/listeners/:listener/export',
  forgetListener: 'DELETE /v1/listeners/:listener',
  settings: 'GET /v1/listeners/:listener/settings',
  changeSettings: 'PATCH /v1/listeners/:listener/settings',
  history: 'GET /v1/listeners/:listener/events',
  sendEvent: 'POST /v1/listeners/:listener/events',
  sendEventLines: 'POST /v1/listeners/:listener/events/bulk',
  recommendations: 'GET /v1/listeners/:listener/recommendations',
  mixes: 'GET /v1/listeners/:listener/mixes',
  mix: 'GET /v1/listeners/:listener/mixes/:recipe',
  continue: 'POST /v1/listeners/:listener/continue',
  listenersTracks: 'GET /v1/listeners/:listener/tracks',
  listenersTrack: 'GET /v1/listeners/:listener/tracks/:track',
  tracks: 'GET /v1/tracks',
  track: 'GET /v1/tracks/:track',
  sendTrackLines: 'POST /v1/tracks/bulk',
  mergeTrack: 'POST /v1/tracks/:track/merge',
  splitTrack: 'POST /v1/tracks/:track/split',
  similar: 'GET /v1/listeners/:listener/similar',
  feedback: 'GET /v1/listeners/:listener/feedback',
  say: 'POST /v1/listeners/:listener/feedback',
  undoFeedback: 'POST /v1/listeners/:listener/feedback/undo',
  exclusions: 'GET /v1/listeners/:listener/exclusions',
  previewExclusion: 'POST /v1/listeners/:listener/exclusions/preview',
  exclude: 'POST /v1/listeners/:listener/exclusions',
  removeExclusion: 'DELETE /v1/listeners/:listener/exclusions/:exclusion',
  exposures: 'GET /v1/listeners/:listener/exposures',
  exposure: 'GET /v1/listeners/:listener/exposures/:draw',
  estimates: 'GET /v1/listeners/:listener/estimates',
  allEstimates: 'GET /v1/estimates',
  models: 'GET /v1/listeners/:listener/models',
  model: 'GET /v1/listeners/:listener/models/:version',
  promoteModel: 'POST /v1/listeners/:listener/models/:version/promote',
  rollbackModel: 'POST /v1/listeners/:listener/models/rollback',
  imports: 'GET /v1/listeners/:listener/imports',
  sendImport: 'POST /v1/listeners/:listener/imports',
  import: 'GET /v1/listeners/:listener/imports/:import',
  undoImport: 'DELETE /v1/listeners/:listener/imports/:import',
  train: 'POST /v1/listeners/:listener/trainings',
  trainEverybody: 'POST /v1/trainings',
  jobs: 'GET /v1/listeners/:listener/jobs',
  job: 'GET /v1/listeners/:listener/jobs/:job',
  progress: 'GET /v1/listeners/:listener/jobs/:job/progress',
  cancelJob: 'DELETE /v1/listeners/:listener/jobs/:job',
  allJobs: 'GET /v1/jobs',
  anyJob: 'GET /v1/jobs/:job',
  anyProgress: 'GET /v1/jobs/:job/progress',
  cancelAnyJob: 'DELETE /v1/jobs/:job',
  tokens: 'GET /v1/listeners/:listener/tokens',
  createToken: 'POST /v1/listeners/:listener/tokens',
  revokeToken: 'DELETE /v1/listeners/:listener/tokens/:token',
  keys: 'GET /v1/keys',
  createKey: 'POST /v1/keys',
  revokeKey: 'DELETE /v1/keys/:key',
  setupState: 'GET /v1/setup',
  setUp: 'POST /v1/setup',
  join: 'POST /v1/join',
  signIn: 'POST /v1/session',
  session: 'GET /v1/session',
  signOut: 'DELETE /v1/session',
  signOutEverywhere: 'DELETE /v1/sessions',
  changePassword: 'POST /v1/session/password',
  accounts: 'GET /v1/accounts',
  invite: 'POST /v1/accounts',
  resetLink: 'POST /v1/accounts/:account/link',
  removeAccount: 'DELETE /v1/accounts/:account',
  audit: 'GET /v1/audit',
} as const satisfies Readonly<Record<string, keyof Routes>>

/** Routes that take the name of a request: sent again with it, nothing is done again. */
export const KEYED: ReadonlySet<string> = new Set<keyof Routes>([
  'POST /v1/listeners/:listener/events',
  'POST /v1/listeners/:listener/events/bulk',
  'POST /v1/tracks/bulk',
])

/** Routes whose pages go back in time: `before` is the `next` of the page before, where others have `after`. */
export const BACKWARDS: ReadonlySet<string> = new Set<keyof Routes>([
  'GET /v1/audit',
  'GET /v1/listeners/:listener/imports',
])

/** Routes that tell how something goes, until it is over. */
export const STREAMS: ReadonlySet<string> = new Set<keyof Routes>([
  'GET /v1/jobs/:job/progress',
  'GET /v1/listeners/:listener/jobs/:job/progress',
])

/** Routes that answer lines of JSON, however many. */
export const LINES: ReadonlySet<string> = new Set<keyof Routes>(['GET /v1/listeners/:listener/export'])
