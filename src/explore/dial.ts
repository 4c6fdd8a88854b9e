/** Plays whose end is known. */
export interface Outcomes {
  readonly finishes: number
  readonly skips: number
}

/** What became of the tracks that mixes showed: of those that were new to the listener, and of those they knew. */
export interface Received {
  readonly new: Outcomes
  readonly familiar: Outcomes
}

/** Finish rates beforehand, as of 20 plays each: taken, not fitted. New tracks are usually finished less often. */
const PRIOR = { plays: 20, new: 0.45, familiar: 0.65 }
/** How new tracks do beside familiar ones where the dial stands still, and where it is turned all the way down and up. */
const WELCOME = { usual: PRIOR.new / PRIOR.familiar, least: 0.4, most: 1 }
/** How far it turns, and the bounds that it keeps. */
export const AUTO_NOVELTY = { turn: 0.25, least: 0.05, most: 0.8 }

/**
 * The share of new tracks for a listener by how they have received those so far: the recipe's own share, moved by up to 0.25 with the
 * finish rate of new tracks over that of familiar ones (means of Beta posteriors), and kept within 0.05…0.8.
 * @param own the recipe's share
 */
export function calibratedNovelty(own: number, received: Received): number {
  const rate = ({ finishes, skips }: Outcomes, before: number) =>
    (PRIOR.plays * before + finishes) / (PRIOR.plays + finishes + skips)
  const welcome = rate(received.new, PRIOR.new) / rate(received.familiar, PRIOR.familiar)
  const { usual, least, most } = WELCOME
  const turned = welcome < usual ? (welcome - usual) / (usual - least) : (welcome - usual) / (most - usual)
  const moved = own + AUTO_NOVELTY.turn * Math.min(1, Math.max(-1, turned))
  return Math.min(AUTO_NOVELTY.most, Math.max(AUTO_NOVELTY.least, moved))
}
