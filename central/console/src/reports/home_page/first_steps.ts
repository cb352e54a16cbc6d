/** What is done, in this order, between an empty system and the first visitor: keys of the menu's pages. */
export const STEPS = ['sites', 'ticket-types', 'check-points', 'agents', 'users', 'sell'] as const
export type StepKey = (typeof STEPS)[number]
