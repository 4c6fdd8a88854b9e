import { setImmediate } from 'node:timers/promises'

/**
 * Lets waiting events in, a Ctrl-C above all, in the middle of long computing. Twice round the event loop: the second
 * round is sure to have polled.
 * @throws the signal's reason once it is aborted
 */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await setImmediate()
  await setImmediate()
  signal?.throwIfAborted()
}
