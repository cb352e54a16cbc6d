/** The pages that stand: each bears the key of central's menu, and is loaded when it is first opened. */
import type { Component } from 'vue'

export interface Page {
  /** Its key in central's menu, which decides its place, its title and who sees it. */
  key: string
  path: string
  load: () => Promise<{ default: Component }>
}

export const PAGES: readonly Page[] = [
  { key: 'sell', path: '/sell', load: () => import('@/sales/SellPage.vue') },
  { key: 'admissions', path: '/admissions', load: () => import('@/admissions/AdmissionsPage.vue') },
  { key: 'sites', path: '/sites', load: () => import('@/catalog/SitesPage.vue') },
]
