/** Light or dark: the person's choice, else the system's. */
import { computed, ref, watchEffect } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'paifang.theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = ref(system.matches)
const chosen = ref<Theme>(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system')

export const theme = computed(() => chosen.value)
export const isDark = computed(() => (chosen.value === 'system' ? systemIsDark.value : chosen.value === 'dark'))

/** Show the screens so, now and at the next start. */
export function chooseTheme(next: Theme): void {
  chosen.value = next
  localStorage.setItem(KEY, next)
}

/** Keep the page's colours in step with the choice and with the system. */
export function followTheme(): void {
  system.addEventListener('change', (event) => (systemIsDark.value = event.matches))
  watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value))
}
