import { Type } from 'typebox'
import { DIAL_BOUNDS } from '../core/dial.ts'
import { Name, Novelty, STRICT, TimeZone } from './parts.ts'

export const Listener = Type.Object({ name: Type.String(), timeZone: TimeZone })
export const NewListener = Type.Object({ name: Name, timeZone: Type.Optional(TimeZone) }, STRICT)
export const Page = Type.Object(
  {
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'The `next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  },
  STRICT,
)
export const Listeners = Type.Object({
  listeners: Type.Array(Listener),
  next: Type.Optional(Type.Integer({ description: 'What `after` is for the next page; absent on the last' })),
})

const Dial = Type.Object(
  {
    novelty: Type.Optional(Novelty),
    boldness: Type.Optional(
      Type.Number({
        minimum: DIAL_BOUNDS.boldness.min,
        maximum: DIAL_BOUNDS.boldness.max,
        description: 'What the recipes’ temperatures are multiplied by',
      }),
    ),
    floor: Type.Optional(
      Type.Number({
        minimum: DIAL_BOUNDS.floor.min,
        maximum: DIAL_BOUNDS.floor.max,
        description: 'Share of lists that blind chance draws',
      }),
    ),
  },
  { ...STRICT, description: 'How the listener wants to be surprised; what is absent is the recipe’s own' },
)
export const Settings = Type.Object({ timeZone: TimeZone, dial: Dial })
export const SettingsChange = Type.Object(
  { timeZone: Type.Optional(TimeZone), dial: Type.Optional(Dial) },
  { ...STRICT, minProperties: 1, description: 'What is absent stays; a dial replaces the dial' },
)
