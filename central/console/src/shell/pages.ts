/** The pages that stand, loaded when first opened: those of central's menu bear its keys; the others are reached from lists and search. */
import type { Component } from 'vue'

export interface Page {
  /** Its key in central's menu, which decides its place, its title and who sees it; without a menu, the name of its route. */
  key: string
  /** What stands in its place after a colon is given to the page as props. */
  path: string
  load: () => Promise<{ default: Component }>
  /** The page's own title in the shell's words, where no menu has it. */
  title?: 'home' | 'ticket'
}

export const PAGES: readonly Page[] = [
  { key: 'sell', path: '/sell', load: () => import('@/sales/SellPage.vue') },
  { key: 'home', path: '/home', load: () => import('@/reports/HomePage.vue'), title: 'home' },
  { key: 'why', path: '/why', load: () => import('@/reports/WhyPage.vue') },
  { key: 'ticket', path: '/tickets/:ticket_id', load: () => import('@/reports/TicketPage.vue'), title: 'ticket' },
  { key: 'admissions', path: '/admissions', load: () => import('@/admissions/AdmissionsPage.vue') },
  { key: 'sites', path: '/sites', load: () => import('@/catalog/SitesPage.vue') },
]
