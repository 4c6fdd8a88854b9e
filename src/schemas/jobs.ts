import { Type } from 'typebox'
import { JOB_KINDS, JOB_STATES } from '../core/job.ts'
import { millis, OfListener, STRICT, words } from './parts.ts'

const JobId = Type.String({ minLength: 1, maxLength: 64 })
export const OfJob = Type.Object({ job: JobId })
export const OfListenersJob = Type.Object({ ...OfListener.properties, job: JobId })

export const Job = Type.Object({
  id: Type.String(),
  kind: words(JOB_KINDS),
  listener: Type.Optional(Type.String({ description: 'Absent where it is about everybody' })),
  state: words(JOB_STATES),
  createdAt: millis('When it was asked for'),
  startedAt: Type.Optional(millis('When it began')),
  endedAt: Type.Optional(millis('When it was over')),
  progress: Type.Optional(
    Type.Object({
      stage: Type.String(),
      done: Type.Number(),
      total: Type.Number({ description: '0 when unknown' }),
      unit: Type.Optional(Type.String()),
      told: Type.Optional(Type.String({ description: 'How it goes, in words' })),
    }),
  ),
  result: Type.Optional(
    Type.Object(
      {
        import: Type.Optional(Type.Integer({ description: 'The import that was made' })),
        version: Type.Optional(Type.Integer({ description: 'The version that was made' })),
        serves: Type.Optional(Type.Boolean({ description: 'Of a training: whether its version serves' })),
        unchanged: Type.Optional(
          Type.Boolean({
            description: 'Of a training: there was nothing new to learn, and no version was made',
          }),
        ),
        report: Type.Optional(
          Type.Unknown({ description: 'Of the import or training; not in a list, nor in progress' }),
        ),
      },
      { description: 'Once it is done: what came of it' },
    ),
  ),
  problem: Type.Optional(
    Type.Object(
      { code: Type.String(), detail: Type.String() },
      { description: 'Why it failed: the name and the sentence of the error' },
    ),
  ),
})
export const JobsQuery = Type.Object(
  {
    limit: Type.Integer({
      minimum: 1,
      maximum: 500,
      default: 100,
      description: 'How many, the newest first',
    }),
  },
  STRICT,
)
export const JobList = Type.Object({ jobs: Type.Array(Job) })

export const ProgressHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 40, description: 'The id of the last event that came: it is not told again' }),
  ),
})
export const ProgressStream = Type.String({
  description:
    'Server-sent events: `job` with the job as it stands as JSON (without its report), whenever it changes and you can take it; the last has the state done, failed or cancelled',
})
