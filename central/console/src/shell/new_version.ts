/** A page of a build that central no longer serves: offered once to reload, never forced while something is typed or sold. */
import { ref } from 'vue'

export const isNewVersionThere = ref(false)

export function watchForNewVersion(): void {
  window.addEventListener('vite:preloadError', (event) => {
    event.preventDefault()
    isNewVersionThere.value = true
  })
}
