import { Type } from 'typebox'

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Where the error is described' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'The name of the error: the same for the same cause' }),
    detail: Type.String({ description: 'What is wrong, and what to do' }),
  },
  { description: 'A problem as RFC 9457 has it' },
)
