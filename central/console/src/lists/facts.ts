/** A fact of one thing, as a drawer shows it. */
import type { RouteLocationRaw } from 'vue-router'

export interface Fact {
  label: string
  text: string
  /** The page that shows more of it. */
  to?: RouteLocationRaw | undefined
}
