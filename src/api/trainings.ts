import { type AddRoutes, answers } from '../http/routes.ts'
import { Job } from '../schemas/jobs.ts'
import { OfListener } from '../schemas/parts.ts'
import { NewTraining } from '../schemas/trainings.ts'
import { shown } from './jobs.ts'

/** Learning while requests are answered. */
export const addTrainingRoutes: AddRoutes = (app, { engine, jobs }) => {
  const tags = ['trainings']
  const choiceOf = ({ preset = 'default', refresh = false }: NewTraining) => ({ preset, refresh })

  app.post(
    '/v1/listeners/:listener/trainings',
    {
      config: { access: 'listener' },
      schema: {
        tags,
        summary: 'Learn what the listener likes, as a job; what is learned serves where it is not worse',
        params: OfListener,
        body: NewTraining,
        response: answers(202, Job),
      },
    },
    async ({ params: { listener }, body }, reply) => {
      const row = await engine.listener(listener)
      const job = jobs.train(row, choiceOf(body))
      return reply
        .code(202)
        .header('location', `/v1/listeners/${encodeURIComponent(row.name)}/jobs/${job.id}`)
        .send(shown(job, await engine.library.listeners.names()))
    },
  )

  app.post(
    '/v1/trainings',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Learn from everybody, for those who have no model of their own, as a job',
        body: NewTraining,
        response: answers(202, Job),
      },
    },
    async ({ body }, reply) => {
      const job = jobs.train(undefined, choiceOf(body))
      return reply
        .code(202)
        .header('location', `/v1/jobs/${job.id}`)
        .send(shown(job, await engine.library.listeners.names()))
    },
  )
}
