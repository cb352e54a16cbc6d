/** The assembly of the console: here alone the parts are put together. */
import '@/theme/element'
import '@/theme/tokens.css'
import '@/theme/element_plus.css'

import { client } from '@client/client.gen'
import { createApp } from 'vue'

import App from './App.vue'
import { connection } from './api/connection'
import { csrfToken, proofWanted, recall, sessionEnded } from './identity/session'
import { watchForNewVersion } from './shell/new_version'
import { makeRouter } from './shell/router'
import { followTheme } from './theme/theme'
import { hearDate } from './times/central_clock'
import { language } from './words/language'
import { wordsPlugin } from './words/use_words'

client.setConfig({
  baseUrl: '',
  throwOnError: true,
  fetch: connection({
    hearDate,
    language: () => language.value,
    csrfToken,
    signInAgain: () => sessionEnded.ask(),
    prove: () => proofWanted.ask(),
  }) as typeof fetch,
})

followTheme()
watchForNewVersion()
createApp(App).use(makeRouter()).use(wordsPlugin()).mount('#console')
void recall()
