// Lets Lighthouse judge the two pages every customer meets, as a mid-range phone on slow 4G sees them on
// its first visit, and prints what it found as JSON: a list of { page, what, value, unit }.
import { readFileSync } from 'node:fs'
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const { storefront } = JSON.parse(readFileSync(process.env.ENDPOINTS, 'utf8'))
const PHONE = { width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true }
const DRINK = '阿源楊桃綠茶'
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
const RUNS = 3

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=zh-TW'],
})

// Fills the cart as a customer does, so that the checkout has something to show.
async function fillCart() {
  const page = await browser.newPage()
  await page.setViewport(PHONE)
  await page.goto(storefront)
  const press = async (within, text) => {
    const found = await page.waitForFunction(
      (within, text) => [...document.querySelectorAll(within)].filter((it) => it.textContent.includes(text)).at(-1),
      { timeout: 20_000 },
      within,
      text,
    )
    await found.evaluate((it) => it.click())
  }
  await press('main a', DRINK)
  for (const choice of ['半糖', '少冰']) await press('dialog label', choice)
  await press('dialog button', '加入購物車')
  await press('a', '看購物車')
  await press('a', '去結帳')
  await page.waitForFunction(() => location.pathname.endsWith('/checkout'))
  const url = page.url()
  await page.close()
  return url
}

async function judge(name, url) {
  const results = []
  for (let run = 0; run < RUNS; run += 1) {
    const page = await browser.newPage()
    const { lhr } = await lighthouse(url, { onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: 'error' }, undefined, page)
    await page.close()
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`)
    results.push(lhr)
  }
  const median = (of) => results.map(of).sort((a, b) => a - b)[Math.floor(RUNS / 2)]
  const faults = new Set(
    results.flatMap(({ categories, audits }) =>
      Object.values(categories)
        .flatMap(({ auditRefs }) => auditRefs)
        .map(({ id }) => audits[id])
        .filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && !['informative', 'notApplicable', 'manual'].includes(scoreDisplayMode))
        .map(({ id, displayValue }) => `${name}: ${id} ${displayValue ?? ''}`),
    ),
  )
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  return [
    ...CATEGORIES.map((what) => ({ page: name, what, value: Math.round(100 * median((lhr) => lhr.categories[what].score)), unit: 'of 100' })),
    { page: name, what: 'first contentful paint', value: median((lhr) => lhr.audits['first-contentful-paint'].numericValue), unit: 'ms' },
    { page: name, what: 'interactive', value: median((lhr) => lhr.audits.interactive.numericValue), unit: 'ms' },
    { page: name, what: 'layout shift', value: median((lhr) => lhr.audits['cumulative-layout-shift'].numericValue), unit: '' },
  ]
}

const found = await judge('menu', storefront)
found.push(...(await judge('checkout', await fillCart())))
await browser.close()
process.stdout.write(JSON.stringify(found))
