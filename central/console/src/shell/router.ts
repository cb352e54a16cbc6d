/** Where each page is; an address that no page has is said to be none. */
import { createRouter, createWebHistory, type Router } from 'vue-router'

import { PAGES } from './pages'

export function makeRouter(): Router {
  return createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    routes: [
      { path: '/', component: () => import('./StartPage.vue') },
      ...PAGES.map(({ key, path, load }) => ({ path, name: key, component: load })),
      { path: '/:rest(.*)*', component: () => import('./NoPage.vue') },
    ],
  })
}
