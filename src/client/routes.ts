// Written from the server’s routes: UPDATE_CLIENT=1 npx vitest run test/client-routes.test.ts
import type { Static } from 'typebox'
import type * as accounts from '../schemas/accounts.ts'
import type * as audit from '../schemas/audit.ts'
import type * as dataOfListeners from '../schemas/data-of-listeners.ts'
import type * as estimates from '../schemas/estimates.ts'
import type * as events from '../schemas/events.ts'
import type * as exclusions from '../schemas/exclusions.ts'
import type * as exposures from '../schemas/exposures.ts'
import type * as feedback from '../schemas/feedback.ts'
import type * as history from '../schemas/history.ts'
import type * as imports from '../schemas/imports.ts'
import type * as jobs from '../schemas/jobs.ts'
import type * as keys from '../schemas/keys.ts'
import type * as listeners from '../schemas/listeners.ts'
import type * as metrics from '../schemas/metrics.ts'
import type * as mixes from '../schemas/mixes.ts'
import type * as models from '../schemas/models.ts'
import type * as parts from '../schemas/parts.ts'
import type * as playlists from '../schemas/playlists.ts'
import type * as service from '../schemas/service.ts'
import type * as tokens from '../schemas/tokens.ts'
import type * as tracks from '../schemas/tracks.ts'
import type * as trainings from '../schemas/trainings.ts'

/** A shape as it is sent: what has a usual value may be left out. */
type Sent<Shape, Usual extends keyof Shape> = Omit<Shape, Usual> & Partial<Pick<Shape, Usual>>

/** What each route takes and answers; `stream` where it tells how something goes, until it is over, `lines` where it answers lines of JSON. */
export interface Routes {
  'POST /v1/accounts/:account/link': {
    params: Static<typeof accounts.OfAccount>
    answer: Static<typeof accounts.Link>
  }
  'DELETE /v1/accounts/:account': {
    params: Static<typeof accounts.OfAccount>
    answer: Static<typeof accounts.Account>
  }
  'GET /v1/accounts': {
    answer: Static<typeof accounts.AccountList>
  }
  'POST /v1/accounts': {
    body: Static<typeof accounts.NewAccount>
    answer: Static<typeof accounts.Invited>
  }
  'GET /v1/audit': {
    query: Sent<Static<typeof audit.AuditQuery>, 'limit'>
    answer: Static<typeof audit.Audit>
  }
  'GET /v1/estimates': {
    query: Sent<Static<typeof estimates.EstimateQuery>, 'policy' | 'seed'>
    answer: Static<typeof estimates.Estimate>
  }
  'GET /v1/health': {
    answer: Static<typeof service.Health>
  }
  'GET /v1/jobs/:job/progress': {
    params: Static<typeof jobs.OfJob>
    stream: Static<typeof jobs.Job>
  }
  'DELETE /v1/jobs/:job': {
    params: Static<typeof jobs.OfJob>
    answer: Static<typeof jobs.Job>
  }
  'GET /v1/jobs/:job': {
    params: Static<typeof jobs.OfJob>
    answer: Static<typeof jobs.Job>
  }
  'GET /v1/jobs': {
    query: Sent<Static<typeof jobs.JobsQuery>, 'limit'>
    answer: Static<typeof jobs.JobList>
  }
  'POST /v1/join': {
    body: Static<typeof accounts.Join>
    answer: Static<typeof accounts.SignedIn>
  }
  'DELETE /v1/keys/:key': {
    params: Static<typeof keys.OfKey>
    answer: Static<typeof keys.Key>
  }
  'GET /v1/keys': {
    answer: Static<typeof keys.Keys>
  }
  'POST /v1/keys': {
    body: Static<typeof keys.NewKey>
    answer: Static<typeof keys.MadeKey>
  }
  'POST /v1/listeners/:listener/continue': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof playlists.ContinueQuery>, 'n'>
    body: Static<typeof playlists.SentPlaylist> | Blob
    answer: Static<typeof playlists.Continued>
  }
  'GET /v1/listeners/:listener/estimates': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof estimates.EstimateQuery>, 'policy' | 'seed'>
    answer: Static<typeof estimates.Estimate>
  }
  'POST /v1/listeners/:listener/events/bulk': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof events.EventLines>
    answer: Static<typeof events.EventsTaken>
  }
  'GET /v1/listeners/:listener/events': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof history.HistoryPage>, 'limit'>
    answer: Static<typeof history.History>
  }
  'POST /v1/listeners/:listener/events': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof events.ListenerEvent>
    answer: Static<typeof events.EventTaken>
  }
  'DELETE /v1/listeners/:listener/exclusions/:exclusion': {
    params: Static<typeof exclusions.OfExclusion>
    answer: Static<typeof exclusions.Exclusion>
  }
  'POST /v1/listeners/:listener/exclusions/preview': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof exclusions.NewExclusion>
    answer: Static<typeof exclusions.ExclusionPreview>
  }
  'GET /v1/listeners/:listener/exclusions': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof exclusions.Exclusions>
  }
  'POST /v1/listeners/:listener/exclusions': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof exclusions.NewExclusion>
    answer: Static<typeof exclusions.Exclusion>
  }
  'GET /v1/listeners/:listener/export': {
    params: Static<typeof parts.OfListener>
    lines: unknown
  }
  'GET /v1/listeners/:listener/exposures/:draw': {
    params: Static<typeof exposures.OfDraw>
    answer: Static<typeof exposures.Exposure>
  }
  'GET /v1/listeners/:listener/exposures': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof exposures.ExposurePage>, 'limit'>
    answer: Static<typeof exposures.Exposures>
  }
  'POST /v1/listeners/:listener/feedback/undo': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof feedback.Said>
  }
  'GET /v1/listeners/:listener/feedback': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof feedback.FeedbackPage>, 'limit'>
    answer: Static<typeof feedback.AllSaid>
  }
  'POST /v1/listeners/:listener/feedback': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof feedback.Saying>
    answer: Static<typeof feedback.Said>
  }
  'DELETE /v1/listeners/:listener/imports/:import': {
    params: Static<typeof imports.OfImport>
    answer: Static<typeof imports.Import>
  }
  'GET /v1/listeners/:listener/imports/:import': {
    params: Static<typeof imports.OfImport>
    answer: Static<typeof imports.ImportWithReport>
  }
  'GET /v1/listeners/:listener/imports': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof imports.ImportsQuery>, 'limit'>
    answer: Static<typeof imports.Imports>
  }
  'POST /v1/listeners/:listener/imports': {
    params: Static<typeof parts.OfListener>
    query: Static<typeof imports.UploadQuery>
    body: Blob | Uint8Array
    answer: Static<typeof jobs.Job>
  }
  'GET /v1/listeners/:listener/jobs/:job/progress': {
    params: Static<typeof jobs.OfListenersJob>
    stream: Static<typeof jobs.Job>
  }
  'DELETE /v1/listeners/:listener/jobs/:job': {
    params: Static<typeof jobs.OfListenersJob>
    answer: Static<typeof jobs.Job>
  }
  'GET /v1/listeners/:listener/jobs/:job': {
    params: Static<typeof jobs.OfListenersJob>
    answer: Static<typeof jobs.Job>
  }
  'GET /v1/listeners/:listener/jobs': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof jobs.JobsQuery>, 'limit'>
    answer: Static<typeof jobs.JobList>
  }
  'GET /v1/listeners/:listener/mixes/:recipe': {
    params: Static<typeof mixes.OfTodaysMix>
    query: Static<typeof mixes.FormatQuery>
    answer: Static<typeof mixes.Mix>
  }
  'GET /v1/listeners/:listener/mixes': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof mixes.Mixes>
  }
  'POST /v1/listeners/:listener/models/:version/promote': {
    params: Static<typeof models.OfModel>
    answer: Static<typeof models.Promoted>
  }
  'GET /v1/listeners/:listener/models/:version': {
    params: Static<typeof models.OfModel>
    answer: Static<typeof models.ModelWithReliability>
  }
  'POST /v1/listeners/:listener/models/rollback': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof models.RolledBack>
  }
  'GET /v1/listeners/:listener/models': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof models.Models>
  }
  'GET /v1/listeners/:listener/recommendations': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof mixes.MixQuery>, 'recipe' | 'n'>
    answer: Static<typeof mixes.Mix>
  }
  'GET /v1/listeners/:listener/settings': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof listeners.Settings>
  }
  'PATCH /v1/listeners/:listener/settings': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof listeners.SettingsChange>
    answer: Static<typeof listeners.Settings>
  }
  'GET /v1/listeners/:listener/similar': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof mixes.SimilarQuery>, 'n'>
    answer: Static<typeof mixes.Similar>
  }
  'DELETE /v1/listeners/:listener/tokens/:token': {
    params: Static<typeof tokens.OfToken>
    answer: Static<typeof tokens.PlayerToken>
  }
  'GET /v1/listeners/:listener/tokens': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof tokens.PlayerTokens>
  }
  'POST /v1/listeners/:listener/tokens': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof tokens.NewPlayerToken>
    answer: Static<typeof tokens.MadePlayerToken>
  }
  'GET /v1/listeners/:listener/tracks/:track': {
    params: Static<typeof tracks.OfListenersTrack>
    answer: Static<typeof tracks.KnownTrack>
  }
  'GET /v1/listeners/:listener/tracks': {
    params: Static<typeof parts.OfListener>
    query: Sent<Static<typeof tracks.TrackPage>, 'limit'>
    answer: Static<typeof tracks.Tracks>
  }
  'POST /v1/listeners/:listener/trainings': {
    params: Static<typeof parts.OfListener>
    body: Static<typeof trainings.NewTraining>
    answer: Static<typeof jobs.Job>
  }
  'DELETE /v1/listeners/:listener': {
    params: Static<typeof parts.OfListener>
    query: Static<typeof dataOfListeners.Forgetting>
    answer: Static<typeof dataOfListeners.ForgottenListener>
  }
  'GET /v1/listeners/:listener': {
    params: Static<typeof parts.OfListener>
    answer: Static<typeof listeners.Listener>
  }
  'GET /v1/listeners': {
    query: Sent<Static<typeof listeners.Page>, 'limit'>
    answer: Static<typeof listeners.Listeners>
  }
  'POST /v1/listeners': {
    body: Static<typeof listeners.NewListener>
    answer: Static<typeof listeners.Listener>
  }
  'GET /v1/metrics': {
    answer: Static<typeof metrics.Metrics>
  }
  'GET /v1/ready': {
    answer: Static<typeof service.Ready>
  }
  'POST /v1/session/password': {
    body: Static<typeof accounts.PasswordChange>
    answer: Static<typeof accounts.Changed>
  }
  'DELETE /v1/session': {
    answer: Static<typeof accounts.SignedOut>
  }
  'GET /v1/session': {
    answer: Static<typeof accounts.SignedIn>
  }
  'POST /v1/session': {
    body: Static<typeof accounts.LogIn>
    answer: Static<typeof accounts.SignedIn>
  }
  'DELETE /v1/sessions': {
    answer: Static<typeof accounts.SignedOut>
  }
  'GET /v1/setup': {
    answer: Static<typeof accounts.SetupState>
  }
  'POST /v1/setup': {
    body: Static<typeof accounts.Setup>
    answer: Static<typeof accounts.SignedIn>
  }
  'POST /v1/tracks/:track/merge': {
    params: Static<typeof tracks.OfTrack>
    body: Static<typeof tracks.Merge>
    answer: Static<typeof tracks.NamedTrack>
  }
  'POST /v1/tracks/:track/split': {
    params: Static<typeof tracks.OfTrack>
    body: Static<typeof tracks.Split>
    answer: Static<typeof tracks.WasSplit>
  }
  'GET /v1/tracks/:track': {
    params: Static<typeof tracks.OfTrack>
    answer: Static<typeof tracks.NamedTrack>
  }
  'POST /v1/tracks/bulk': {
    body: Static<typeof tracks.TrackLines> | Blob
    answer: Static<typeof tracks.TracksStated>
  }
  'GET /v1/tracks': {
    query: Sent<Static<typeof tracks.TrackPage>, 'limit'>
    answer: Static<typeof tracks.Tracks>
  }
  'POST /v1/trainings': {
    body: Static<typeof trainings.NewTraining>
    answer: Static<typeof jobs.Job>
  }
}
