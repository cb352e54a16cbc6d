// How the console is built: one page under /console/, its texts compiled, Element Plus taken part by part.
import { fileURLToPath, URL } from 'node:url'

import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/console/',
  plugins: [vue(), vueI18n({ include: here('./src/**/words.json'), runtimeOnly: true, strictMessage: true }), elementPlus({})],
  resolve: { alias: { '@client': here('./.build/client'), '@': here('./src') } },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  build: {
    target: 'es2022',
    outDir: process.env['CONSOLE_OUT'] ?? '.build/site',
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})
