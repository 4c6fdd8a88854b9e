/** What a server does beside answering requests. Jobs of one kind are done one after the other. */
export const JOB_KINDS = ['import', 'training', 'nightly'] as const
export type JobKind = (typeof JOB_KINDS)[number]

export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]
