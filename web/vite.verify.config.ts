// How the page that checks a record without a server is built: into one file, for opening from
// disk. The result is embedded into the binary and put into every archive package.
import type { Plugin } from 'vite'
import { defineConfig } from 'vite'

/** Puts the page's script and style into the page itself. */
const inOneFile: Plugin = {
  name: 'in-one-file',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle['verify.html']
    if (page?.type !== 'asset') throw new Error('there is no page')
    let html = String(page.source)
    for (const [name, made] of Object.entries(bundle)) {
      if (made === page) continue
      const text = made.type === 'chunk' ? made.code : String(made.source)
      const tag = made.type === 'chunk' ? /<script[^>]*src="[^"]*"[^>]*><\/script>/ : /<link[^>]*rel="stylesheet"[^>]*>/
      if (!tag.test(html)) throw new Error(`the page does not name ${name}`)
      // The script stands at the end, where the page is there already.
      html = html.replace(tag, '')
      const safe = text.replace(/<\/(script|style)/gi, '<\\/$1')
      html = made.type === 'chunk'
        ? html.replace('</body>', () => `<script type="module">${safe}</script>\n  </body>`)
        : html.replace('</head>', () => `<style>${safe}</style>\n  </head>`)
      delete bundle[name]
    }
    page.source = html
  },
}

export default defineConfig({
  plugins: [inOneFile],
  publicDir: false,
  build: {
    target: ['chrome87', 'firefox115'],
    cssTarget: ['chrome87', 'firefox115'],
    modulePreload: false,
    emptyOutDir: false,
    rollupOptions: { input: 'verify.html', output: { codeSplitting: false } },
  },
})
