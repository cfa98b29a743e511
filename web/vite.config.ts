// How the page is built and tested. The result in `dist` is embedded into the binary.
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a server started beside it.
const server = process.env['ASSIZE_SERVER'] ?? 'https://localhost:8443'

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  },
  build: {
    target: ['chrome87', 'firefox115'],
    cssTarget: ['chrome87', 'firefox115'],
    // Inlined files would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: {
    proxy: {
      '/api': { target: server, secure: false },
      '/ws': { target: server, secure: false, ws: true },
      '/metrics': { target: server, secure: false },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
