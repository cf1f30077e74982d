// A 每日限量 drink is sold out today: a customer sees so, chooses tomorrow, orders it, and today's stock stays as it is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, endpoints, faults, launch, open, PHONE, pictures, sendOrder, signIn } from '../browser.js'

const DRINK = '三韻紅萱'
const A_DAY = 5

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// Calls the gateway with the session of the page.
const call = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const csrf = /(?:^|; )yzm_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? ''
      const headers = method === 'GET' ? {} : { 'X-CSRF-Token': decodeURIComponent(csrf), 'Content-Type': 'application/json' }
      const answer = await fetch(path, { method, headers, cache: 'no-store', body: body && JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    [method, path, body],
  )

const shop = `/api/shop/${endpoints.demo.open.join('/')}`

// What is left of the drink on a business day, all its variants together.
async function left(page, drink, day) {
  const { stock_day, skus } = await call(page, 'GET', `${shop}/availability?day=${day}`)
  assert.equal(stock_day, day)
  const variants = new Set(drink.variants.map(({ variant_id }) => variant_id))
  return skus.filter(({ sku_id }) => variants.has(sku_id)).reduce((sum, { available }) => sum + available, 0)
}

test('what is sold out today can be ordered for tomorrow, from tomorrow’s stock', async () => {
  const manager = await open(browser, DESKTOP)
  const { orders, stock } = await signIn(manager)
  const branch = /branches\/([^/]+)/.exec(stock)[1]
  const { products } = await call(manager, 'GET', `${shop}/menu`)
  const drink = products.find(({ name }) => name === DRINK)
  const { stock_day: today } = await call(manager, 'GET', `${shop}/availability`)
  const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  // After midnight the next business day is on the same date, and its times stand without a day.
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Taipei' }).format(new Date())
  const dayWord = tomorrow === date ? '' : '明天'

  const none = { weekday_amounts: [], date_amounts: [], max_per_order: 0, show_last: 99 }
  const soldOut = { ...none, date_amounts: [{ business_day: today, amount: 0 }] }
  const count = async ({ variant_id: sku }, settings) => {
    const { items } = await call(manager, 'GET', `/api/admin/branches/${branch}/stock`)
    const version = items.find(({ sku_id }) => sku_id === sku)?.version
    await call(manager, 'PUT', `/api/admin/branches/${branch}/stock/${sku}`, { ...settings, version })
  }
  for (const variant of drink.variants) await count(variant, { mode: 'daily', daily_amount: A_DAY, rules: soldOut })
  const offered = await left(manager, drink, tomorrow)
  assert.ok(offered > 0)

  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  const row = customer.getByRole('link', { name: new RegExp(`^${DRINK}`) })
  await row.getByText('售完，看其他日期').waitFor()
  await row.click()
  const sheet = customer.getByRole('dialog')
  await sheet.getByText('今天售完，明天還可以訂').waitFor()
  assert.equal(await sheet.getByRole('button', { name: '售完' }).isDisabled(), true)
  await sheet.getByRole('button', { name: '改選時間' }).click()

  const free = sheet.locator('label.chip:has(input:enabled) .slot')
  await free.first().click()
  await sheet.getByRole('button', { name: new RegExp(`^完成.*${dayWord}`) }).waitFor()
  const found = await faults(customer)
  await customer.screenshot({ path: `${pictures}when-phone.png` })
  await sheet.getByRole('button', { name: /^完成/ }).click()

  // Back at the drink, which tomorrow has.
  for (const choice of ['半糖', '少冰', '珍珠']) await sheet.getByText(choice, { exact: true }).click()
  await sheet.getByRole('button', { name: /加入購物車/ }).click()
  await row.getByText('購物車裡有 1 份').waitFor({ state: 'attached' })
  await customer.getByRole('button', { name: new RegExp(`取餐方式與時間.*${dayWord}`) }).first().waitFor()
  await row.getByText(`剩 ${offered} 份`).waitFor()
  await customer.getByRole('link', { name: /看購物車/ }).click()
  await sheet.getByRole('link', { name: '去結帳' }).click()
  await customer.getByLabel('怎麼稱呼').fill('王小姐')
  const phone = `09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`
  await customer.getByLabel('手機號碼').fill(phone)
  await sendOrder(customer)
  await customer.getByText('取件號碼', { exact: true }).waitFor()
  await customer.getByText(new RegExp(`預計 ${dayWord}.+ 可取`)).waitFor()
  const number = (await customer.getByText(/^\d{3,}$/).first().textContent()).trim()

  const { order } = await call(customer, 'GET', `${shop}/orders/${customer.url().split('/').pop()}`)
  assert.equal(order.business_day, tomorrow)
  await manager.goto(orders)
  await manager.getByRole('button', { name: '不用' }).click()
  const column = manager.getByRole('region', { name: '新訂單', exact: true })
  const card = column.getByRole('article').filter({ has: manager.getByText(number, { exact: true }), hasText: dayWord })
  await card.getByText(DRINK).waitFor()
  await card.scrollIntoViewIfNeeded()
  await manager.screenshot({ path: `${pictures}board-tomorrow-desktop.png` })

  assert.deepEqual([await left(manager, drink, today), await left(manager, drink, tomorrow)], [0, offered - 1])
  // The next order begins with the present again, and today the drink still is sold out.
  await customer.goto(endpoints.storefront)
  await row.getByText('售完，看其他日期').waitFor()
  for (const variant of drink.variants) await count(variant, { mode: 'untracked', rules: none })
  await row.getByText('售完').waitFor({ state: 'detached' })
  assert.deepEqual([...found, ...manager.errors, ...customer.errors], [])
})
