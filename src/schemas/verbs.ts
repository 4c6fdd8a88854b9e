import { Type } from 'typebox'
import { STRICT, TimeZone } from './parts.ts'

const Path = Type.String({ minLength: 1, maxLength: 4096 })

/** A command line that goes on in the server that owns the data. */
export const VerbRequest = Type.Object(
  {
    run: Type.String({ format: 'uuid', description: 'What it is stopped by' }),
    args: Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 1000 }),
    folder: Path,
    workingFolder: Path,
    environment: Type.Record(Type.String(), Type.String()),
    timeZone: TimeZone,
    width: Type.Integer({ minimum: 40, maximum: 120 }),
    colours: Type.Boolean(),
  },
  STRICT,
)
export const OfRun = Type.Object({ run: Type.String({ maxLength: 100 }) })
export const VerbServer = Type.Object({ pid: Type.Integer() })
export const VerbStopped = Type.Object({ stopped: Type.Literal(true) })
export const VerbCopy = Type.Object({ folder: Type.String() })
