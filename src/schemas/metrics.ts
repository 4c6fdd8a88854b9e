import { Type } from 'typebox'

export const Metrics = Type.String({
  description:
    'Prometheus text format: durations by route, jobs, trainings, sources that failed, size, memory, lag',
})
