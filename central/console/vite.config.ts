// How the console is built: one page under /console/, its texts compiled, Element Plus taken part by part.
import { fileURLToPath, URL } from 'node:url'

import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import elementPlus from 'unplugin-element-plus/vite'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Write down which modules stand in which chunk: the tests keep heavy ones out of the first load. */
const chunkGraph: Plugin = {
  name: 'chunk-graph',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).flatMap((output) =>
      output.type === 'chunk'
        ? [{ file: output.fileName, isEntry: output.isEntry, imports: output.imports, modules: output.moduleIds.map(named) }]
        : [],
    )
    this.emitFile({ type: 'asset', fileName: '.vite/chunks.json', source: JSON.stringify(chunks) })
  },
}

/** A module as a reader knows it: from its package, or from the sources. */
function named(moduleId: string): string {
  return moduleId.replace(/^.*\/node_modules\//, '').replace(/^.*\/src\//, 'src/')
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/console/',
  plugins: [
    vue(),
    vueI18n({ include: here('./src/**/words.json'), runtimeOnly: true, strictMessage: true }),
    elementPlus({}),
    chunkGraph,
  ],
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
  test: { environment: 'node', include: ['src/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})
