// Opens every view against an invented server and takes a picture of each, to look at them.
// Development only: node mock/shoot.mjs <folder> [names of scenes, with commas]

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { preview } from 'vite'
import * as data from './data.mjs'
import { install } from './peer.mjs'
import { scenes } from './scenes.mjs'

const folder = process.argv[2]
const only = process.argv[3]
if (!folder) throw new Error('say where the pictures go')
mkdirSync(folder, { recursive: true })

const CSP = "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'"
const server = await preview({ build: { outDir: process.env['DIST'] ?? 'dist' }, preview: { port: 0, headers: { 'Content-Security-Policy': CSP } }, logLevel: 'error' })
const origin = `http://localhost:${server.httpServer.address().port}`
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--lang=zh-CN',
    '--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required',
  ],
})
let sfu

async function serve(page, scene) {
  await page.route('**/api/**', async (route) => {
    const path = new URL(route.request().url()).pathname
    const answers = {
      '/api/me': scene.me ?? { kind: 'nobody' }, '/api/docket': data.docket, '/api/archive': data.archive, '/api/archive/12': data.record,
      '/api/archive/12/verify': data.verdict, '/api/ops': data.ops, '/api/faces': { offered: true }, '/api/hearings/17/participants/4/code': { code: '40718265', expires_at: data.NOW + 86_400_000 },
    }
    if (/\/(camera|screen)$/.test(path)) {
      const file = `${folder}/sample.webm`
      if (!existsSync(file)) return route.fulfill({ status: 404, body: '' })
      const whole = readFileSync(file)
      const from = Number(/bytes=(\d+)/.exec(route.request().headers()['range'] ?? '')?.[1] ?? 0)
      const headers = { 'Content-Type': 'video/webm', 'Accept-Ranges': 'bytes', 'Content-Range': `bytes ${from}-${whole.length - 1}/${whole.length}` }
      await route.fulfill({ status: 206, headers, body: whole.subarray(from) })
    } else if (/\/evidence\/\d+\/file$/.test(path)) await route.fulfill({ status: 200, headers: { 'Content-Type': 'image/png' }, body: readFileSync(`${folder}/paper.png`) })
    else if (/\/evidence$/.test(path)) await route.fulfill({ json: { may_add: true, side: 'defendant', items: scene.evidence ?? [] } })
    else if (path === '/api/desk') {
      const body = `data: ${JSON.stringify(scene.desk ?? data.desk)}\n\n`
      await route.fulfill({ status: 200, headers: { 'Content-Type': 'text/event-stream' }, body })
    } else if (path.endsWith('/face')) await route.fulfill(scene.face ? { json: scene.face } : { status: 503, json: { why: 'outside_silent', zh: '', en: '' } })
    else if (path === '/api/stations') await route.fulfill({ json: { stations: scene.stations ?? [] } })
    else if (path === '/api/sign-out') await route.fulfill({ json: { kind: 'nobody' } })
    else if (path === '/api/line-test') await route.fulfill({ status: 200, body: Buffer.alloc(1024 * 1024) })
    else if (path === '/api/join') await route.fulfill({ status: 403, json: { why: 'code_used', zh: '', en: '' } })
    else await route.fulfill(path in answers ? { json: answers[path] } : { status: 404, json: { why: 'not_found', zh: '', en: '' } })
  })
  await page.routeWebSocket('**/ws/**', (socket) => {
    const say = (message) => socket.send(JSON.stringify(message))
    socket.onMessage(async (text) => {
      const message = JSON.parse(text)
      if (message.type === 'hello') {
        say({ type: 'welcome', version: 1, slots: { seats: 2, screens: 1 }, relays: scene.relays ?? [], view: scene.view })
        if (scene.slots) say(scene.slots)
        if (scene.pictures) setTimeout(() => scene.pictures.forEach(say), 4000)
        if (scene.notes) say({ type: 'notes', notes: scene.notes })
        if (scene.speaking) say({ type: 'speaking', who: scene.speaking })
      } else if (message.type === 'ask') say({ type: 'outcome', request: message.request, outcome: scene.outcome ?? { result: 'done' } })
      else if (message.type === 'offer') {
        const offer = [message.connection, message.sdp, message.lines]
        const sdp = await sfu.evaluate(([c, s, l]) => window.answer(c, s, l), offer).catch(() => undefined)
        if (sdp) say({ type: 'answer', request: message.request, connection: message.connection, sdp })
      } else if (message.type === 'stats') console.log(`  stats: ${JSON.stringify(message.figures[0])} ${message.path}`)
      else if (message.type === 'tiles') console.log(`  tiles: ${message.tiles.map((tile) => `${tile.purpose.for}${tile.purpose.slot} ${tile.width}×${tile.height}`).join(', ')}`)
    })
    if (scene.lose) setTimeout(() => socket.close({ code: 1012 }), 2500)
  })
}

let bad = 0
for (const [name, scene] of Object.entries(scenes)) {
  if (only && !only.split(',').some((word) => name.includes(word))) continue
  for (const size of process.env['SIZE'] ? [process.env['SIZE'].split('x').map(Number)] : scene.sizes ?? [[1366, 768], [1920, 1080]]) {
    const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, locale: 'zh-CN' })
    // A new one for each picture, so that the painting of the last one stops.
    await sfu?.close()
    sfu = await browser.newPage()
    await sfu.evaluate(install)
    const page = await context.newPage()
    page.on('pageerror', (error) => { bad += 1; console.log(`  ${name}: ${error.message}`) })
    page.on('console', (line) => { if (line.type() === 'error' && !/404|403/.test(line.text())) { bad += 1; console.log(`  ${name}: ${line.text()}`) } })
    if (scene.enrolled) await page.addInitScript(() => localStorage.setItem('assize.station', 'yes'))
    if (scene.english) await page.addInitScript(() => localStorage.setItem('assize.language', 'en'))
    await serve(page, scene)
    await page.goto(origin + scene.path)
    try {
      await scene.act?.(page)
    } catch (error) {
      bad += 1
      console.log(`  ${name}: ${String(error).slice(0, 200)}`)
    }
    await page.evaluate(() => document.fonts.ready)
    const tall = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    console.log(`${name} ${size.join('×')}${tall > 0 ? ` scrolls ${tall}` : ''}${wide > 0 ? ` WIDE ${wide}` : ''}`)
    await page.screenshot({ path: `${folder}/${name}-${size[0]}.png` })
    await context.close()
  }
}
await browser.close()
await server.close()
process.exitCode = bad > 0 ? 1 : 0
