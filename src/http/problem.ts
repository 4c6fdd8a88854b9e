import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { DeepcutsError, type ErrorCode } from '../core/errors.ts'

/** What HTTP itself refuses → our error. */
const OF_STATUS: Readonly<Record<number, ErrorCode>> = { 413: 'BODY_TOO_LARGE', 415: 'BODY_KIND' }

/** The error of ours that anything thrown by a route is: what no request caused is SERVER_FAILED, and tells nothing of the inside. */
export function knownError(error: unknown): DeepcutsError {
  if (error instanceof DeepcutsError)
    return error.status < 500 ? error : new DeepcutsError('SERVER_FAILED', {}, { cause: error })
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string }
  if (statusCode < 400 || statusCode >= 500) return new DeepcutsError('SERVER_FAILED', {}, { cause: error })
  const code = OF_STATUS[statusCode]
  return code
    ? new DeepcutsError(code)
    : new DeepcutsError('REQUEST_INVALID', { problem: message.replace(/\.$/, '') })
}

/** The status that an error of a request is answered with: that of its cause, where the cause has one. */
export function statusOf(error: DeepcutsError): number {
  return error.cause instanceof DeepcutsError ? error.cause.status : error.status
}

/** Answers with a problem as RFC 9457 has it. */
export function sendProblem(reply: FastifyReply, error: DeepcutsError): FastifyReply {
  const status = statusOf(error)
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: `/v1/docs#${error.code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      code: error.code,
      detail: error.message,
    })
}
