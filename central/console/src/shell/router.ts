/** Where each page is; an address that no page has is said to be none. */
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteParamsGeneric, type Router } from 'vue-router'

import { PAGES } from './pages'

export function makeRouter(): Router {
  return createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    routes: [
      { path: '/', component: () => import('./StartPage.vue') },
      ...PAGES.map(({ key, path, under = key, load }) => ({
        path,
        name: key,
        meta: { menu: under },
        component: load,
        props: ({ params }: RouteLocationNormalized) => asProps(params),
      })),
      { path: '/:rest(.*)*', component: () => import('./NoPage.vue') },
    ],
  })
}

/** Return what an address names as a page takes it: `ticket_id` as `ticketId`. */
function asProps(params: RouteParamsGeneric): Record<string, unknown> {
  const named = (name: string) => name.replace(/_(\w)/g, (_under, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [named(name), value]))
}
