// Reports as a browser shows them: nothing is requested, nothing is complained of, nothing is wider than a phone, every
// picture has a name, `<script>` is only a name, and no screenshot is blank. `node browser.cjs PROGRAM BROWSER FOLDER`
const { execFileSync } = require('node:child_process')
const { mkdirSync, mkdtempSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const assert = require('node:assert')
const { chromium } = require('playwright-core')

const [program, executablePath, folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const made = mkdtempSync(join(tmpdir(), 'whatif-report-'))

const names = join(made, 'names.causal')
writeFileSync(names, `
graph "<img src=x onerror=alert(1)>" { "<script>alert(1)</script>" -> "a & b" -> "\\"'" ; "<script>alert(1)</script>" -> "\\"'" }
P("\\"'" | do("a & b"))
"<script>alert(1)</script>" _||_ "\\"'" | "a & b"
`)

// In a picture of a screen or of paper: how many colours it has, and how much of it is not the commonest one.
async function looked(context, png) {
  const page = await context.newPage()
  const found = await page.evaluate(async data => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const at = canvas.getContext('2d')
    at.drawImage(image, 0, 0)
    const pixels = new Uint32Array(at.getImageData(0, 0, image.width, image.height).data.buffer)
    const counts = new Map()
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
    const [[common, most]] = [...counts].sort((a, b) => b[1] - a[1])
    const bright = ((common & 255) + ((common >> 8) & 255) + ((common >> 16) & 255)) / 3
    return { colours: counts.size, inked: 1 - most / pixels.length, bright }
  }, png.toString('base64'))
  await page.close()
  return found
}

async function main() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })
  const blank = await browser.newContext()
  try {
    for (const [name, file] of [['front-door', 'examples/front-door.causal'], ['kidney', 'examples/models/kidney.causal'],
      ['m-bias', 'examples/m-bias.causal'], ['names', names]]) {
      const report = join(made, `${name}.html`)
      execFileSync(program, ['report', file, '-o', report], { stdio: 'inherit' })
      for (const [look, options, media] of [
        ['desktop', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }, 'screen'],
        ['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }, 'screen'],
        ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }, 'screen'],
        ['print', { viewport: { width: 794, height: 1123 }, colorScheme: 'dark' }, 'print'],
      ]) {
        const context = await browser.newContext(options)
        const page = await context.newPage()
        const complaints = []
        page.on('console', message => complaints.push(message.text()))
        page.on('pageerror', error => complaints.push(String(error)))
        page.on('dialog', dialog => { complaints.push(dialog.message()); dialog.dismiss() })
        page.on('request', request => { if (request.url() !== pathToFileURL(report).href) complaints.push(request.url()) })
        await page.emulateMedia({ media, colorScheme: options.colorScheme })
        await page.goto(pathToFileURL(report).href)
        assert.deepStrictEqual(complaints, [], `${name}, ${look}`)
        const seen = await page.evaluate(() => ({
          scripts: document.scripts.length,
          wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          nameless: [...document.querySelectorAll('svg[role=img]')].filter(svg => !svg.querySelector('title')?.textContent).length,
          pictures: document.querySelectorAll('svg[role=img]').length,
          math: document.querySelectorAll('math').length,
        }))
        assert.ok(seen.scripts === 0 && (seen.wide <= 0 || look === 'print') && seen.nameless === 0 && seen.pictures > 0 && seen.math > 0,
          `${name}, ${look}: ${JSON.stringify(seen)}`)
        const png = await page.screenshot({ fullPage: true, path: join(folder, `${name}-${look}.png`) })
        const shot = await looked(blank, png)
        assert.ok(shot.colours > 20 && shot.inked > 0.01, `${name}, ${look} is blank: ${JSON.stringify(shot)}`)
        // Paper is white, whatever the screen is set to.
        assert.ok(look === 'dark' ? shot.bright < 80 : shot.bright > 200, `${name}, ${look}: ${JSON.stringify(shot)}`)
        if (look === 'desktop') {
          // Everything that can be opened is reached with the keyboard, in order.
          const stops = await page.evaluate(() => document.querySelectorAll('a[href], summary').length)
          await page.keyboard.press('Tab')
          const first = await page.evaluate(() => document.activeElement?.className)
          assert.ok(stops > 1 && first === 'skip', `${name}: the keyboard begins at ${first}`)
        }
        if (look === 'print') await page.pdf({ path: join(folder, `${name}.pdf`), format: 'A4' })
        await context.close()
      }
    }
  } finally {
    await browser.close()
  }
}

main().catch(error => { console.error(error); process.exit(1) })
