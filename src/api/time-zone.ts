import { DeepcutsError } from '../core/errors.ts'

/** A time zone as IANA writes it. @throws BAD_VALUE */
export function checkedZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    throw new DeepcutsError('BAD_VALUE', {
      option: 'timeZone',
      value: timeZone,
      expected: 'a time zone such as Europe/Berlin',
    })
  }
}
