/** The recipes of what a day brings, in the order in which they are drawn; those that have something to give are shown. */
export const TODAY = ['daily-1', 'daily-2', 'daily-3', 'deep-cuts', 'rediscover', 'on-repeat'] as const
