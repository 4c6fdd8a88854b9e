import { Type } from 'typebox'

export const Health = Type.Object({ healthy: Type.Literal(true) })
export const Ready = Type.Object({ ready: Type.Literal(true) })
