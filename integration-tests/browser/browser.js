// A browser as a customer's phone and as a clerk's desk, on the platform `./dev test` has started.
import { mkdirSync, readFileSync } from 'node:fs'
import assert from 'node:assert/strict'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from 'playwright-core'

const file = process.env.ENDPOINTS
if (!file) throw new Error('these tests need a running platform: ./dev test')

export const endpoints = JSON.parse(readFileSync(file, 'utf8'))
export const pictures = new URL('./results/', import.meta.url).pathname
mkdirSync(pictures, { recursive: true })

const DRINK = '阿源楊桃綠茶'

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }
export const DESKTOP = { viewport: { width: 1440, height: 900 } }

export const launch = () =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-default-apps',
      '--disable-dev-shm-usage',
    ],
  })

// A page of its own context; what the page logs as an error fails the test at `settled`.
export async function open(browser, device, colorScheme = 'light') {
  const context = await browser.newContext({ locale: 'zh-TW', timezoneId: 'Asia/Taipei', colorScheme, ...device })
  const page = await context.newPage()
  page.errors = []
  page.on('pageerror', (error) => page.errors.push(String(error)))
  page.on('console', (line) => {
    if (line.type() === 'error' && /Content Security Policy/.test(line.text())) page.errors.push(line.text())
  })
  page.setDefaultTimeout(20_000)
  return page
}

// Signs the owner in and answers the paths of the screens of the branch that is open around the clock.
export async function signIn(page) {
  const { organisation, account, password, open } = endpoints.demo
  await page.goto(`${endpoints.admin}sign-in`)
  await page.getByLabel('總部代碼').fill(organisation)
  await page.getByLabel('帳號').fill(account)
  await page.getByLabel('密碼', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登入' }).click()
  await page.waitForURL((url) => !url.pathname.includes('sign-in'))
  const { brands, branches } = await page.evaluate(async () => (await fetch('/api/admin/brands')).json())
  const brand = brands.find(({ slug }) => slug === open[0])
  const branch = branches.find((it) => it.brand_id === brand.brand_id && it.slug === open[1])
  const ofBranch = `${endpoints.admin}branches/${branch.branch_id}`
  const ofBrand = `${endpoints.admin}brands/${brand.brand_id}`
  return {
    orders: `${ofBranch}/orders`,
    stock: `${ofBranch}/stock`,
    hours: `${ofBranch}/hours`,
    pauses: `${ofBranch}/pauses`,
    limits: `${ofBranch}/limits`,
    limitRules: `${ofBranch}/limits?tab=rules`,
    printers: `${ofBranch}/printers`,
    printJobs: `${ofBranch}/print-jobs`,
    products: `${ofBrand}/products`,
    import: `${ofBrand}/import`,
    categories: `${ofBrand}/categories`,
    groups: `${ofBrand}/option-groups`,
    shop: `${ofBrand}/shop`,
    publish: `${ofBrand}/publish`,
    payments: `${ofBrand}/payments`,
    settlements: `${ofBrand}/settlements`,
    ledger: `${ofBrand}/ledger`,
    ledgerEntries: `${ofBrand}/ledger?tab=transactions`,
    members: `${endpoints.admin}members`,
    memberSearch: `${endpoints.admin}profiles`,
    duplicates: `${endpoints.admin}members/duplicates`,
    pointRules: `${endpoints.admin}point-rules`,
    tiers: `${endpoints.admin}tiers`,
    tags: `${endpoints.admin}tags`,
    tagBatches: `${endpoints.admin}tags?tab=batches`,
    pointsLog: `${endpoints.admin}points-log`,
    pointAdjustments: `${endpoints.admin}points-log?tab=adjustments`,
    pointSums: `${endpoints.admin}points-log?tab=sums`,
    promotions: `${ofBrand}/promotions`,
    newPromotion: `${ofBrand}/promotions/new`,
    promoCodes: `${ofBrand}/promo-codes`,
    newPromoCode: `${ofBrand}/promo-codes/new`,
    coupons: `${ofBrand}/coupons`,
    newCoupon: `${ofBrand}/coupons/new`,
    redeem: `${ofBranch}/redeem`,
    audit: `${endpoints.admin}audit`,
  }
}

// What axe finds, as one line a finding. A colour on its way to another is neither: it waits until all have arrived.
export async function faults(page) {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((it) => it.playState !== 'running' || it.effect?.getComputedTiming().iterations === Infinity),
  )
  // What lies beyond the screen is not laid out until it is scrolled to; until then its estimated box
  // overlaps what follows.
  await page.evaluate(() => {
    for (const it of document.querySelectorAll('*')) {
      if (getComputedStyle(it).contentVisibility === 'auto') it.style.contentVisibility = 'visible'
    }
  })
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  return violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

// Puts one drink in the cart and fills in the checkout.
export async function fillCheckout(page) {
  await page.goto(endpoints.storefront)
  await page.getByRole('link', { name: new RegExp(`^${DRINK}`) }).click()
  const sheet = page.getByRole('dialog')
  for (const choice of ['半糖', '少冰', '珍珠']) await sheet.getByText(choice, { exact: true }).click()
  await page.screenshot({ path: `${pictures}item-phone.png` })
  await sheet.getByRole('button', { name: /加入購物車/ }).click()
  await page.getByRole('link', { name: /看購物車/ }).click()
  await sheet.getByRole('link', { name: '去結帳' }).click()
  await page.getByLabel('怎麼稱呼').fill('王小姐')
  const phone = `09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`
  await page.getByLabel('手機號碼').fill(phone)
  // Price and payment methods are there.
  await page.getByText(/店家(?:會馬上|才會)收到訂單/).waitFor()
  await page.screenshot({ path: `${pictures}checkout-phone.png` })
}

// The pickup number that the page of an order shows as soon as the branch has the order.
export async function pickupNumber(page) {
  await page.getByText('取件號碼', { exact: true }).waitFor()
  assert.match(page.url(), /\/orders\//)
  return (await page.getByText(/^T?\d{3,}$/).first().textContent()).trim()
}

// Sends the order of the checkout, pressed twice as people do. A price or a time that has changed meanwhile is asked
// about, and then sent as it is.
export async function sendOrder(page) {
  const left = page.waitForURL((url) => !url.pathname.endsWith('/checkout')).then(() => true)
  const changed = page.getByText(/(?:價格|取餐時間)剛有更新/).waitFor().then(() => false)
  // The one that loses the race may fail later.
  for (const one of [left, changed]) one.catch(() => undefined)
  await page.getByRole('button', { name: /送出訂單/ }).dblclick()
  if (await Promise.race([left, changed])) return
  const again = page.getByRole('button', { name: /^以 .+ 送出/ }).click()
  again.catch(() => undefined)
  await Promise.race([left, again])
  await left
}

// Orders one drink for now, to be paid on site, and returns its pickup number.
export async function order(page) {
  await fillCheckout(page)
  await sendOrder(page)
  return pickupNumber(page)
}
