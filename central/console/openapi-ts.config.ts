// The client is generated at build from the document that central itself prints; nothing of it is committed.
import { defineConfig } from '@hey-api/openapi-ts'

export default defineConfig({
  input: './.build/openapi.json',
  output: { path: './.build/client', clean: true },
  parser: {
    // What agents call is CBOR, signed by their own keys: a browser has no use for it.
    filters: { operations: { include: ['/^[A-Z]+ /api/v1/.*/'] } },
  },
  plugins: [
    '@hey-api/typescript',
    { name: '@hey-api/client-fetch', throwOnError: true },
    { name: '@hey-api/sdk', operations: { strategy: 'flat' } },
  ],
})
