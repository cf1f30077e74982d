// A cart outlives what happens to the menu, the time and the line while the customer is at it; one key makes one order.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { DESKTOP, endpoints, faults, launch, open, PHONE, pictures, sendOrder, signIn } from '../browser.js'

const shop = `/api/shop/${endpoints.demo.open.join('/')}`
// Time for an open menu to receive a new one and render it.
const MOMENTS = { timeout: 5_000 }

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// Calls the gateway with the session of the page.
const call = (page, method, path, body, key) =>
  page.evaluate(
    async ([method, path, body, key]) => {
      const csrf = /(?:^|; )yzm_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? ''
      const headers = method === 'GET' ? {} : { 'X-CSRF-Token': decodeURIComponent(csrf), 'Content-Type': 'application/json' }
      if (key) headers['Idempotency-Key'] = key
      const answer = await fetch(path, { method, headers, cache: 'no-store', body: body && JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return answer.status === 204 ? undefined : answer.json()
    },
    [method, path, body, key],
  )

// A manager who edits the catalogue of the brand.
async function catalogue(page) {
  const { products } = await signIn(page)
  const brand = /brands\/([^/]+)/.exec(products)[1]
  const { branches } = await call(page, 'GET', '/api/admin/brands')
  const branch = branches.find((it) => it.brand_id === brand && it.slug === endpoints.demo.open[1])
  const { categories } = await call(page, 'GET', `/api/admin/brands/${brand}/categories`)
  return {
    publish: () =>
      call(page, 'POST', `/api/admin/brands/${brand}/publish`, { branch_ids: [branch.branch_id] }, randomUUID()),
    group: async (input) =>
      (await call(page, 'PUT', `/api/admin/brands/${brand}/option-groups`, input)).option_group,
    create: async (name, price, option_group_ids = []) => {
      const input = {
        name, category_ids: [categories[0].category_id], variants: [{ price }], option_group_ids,
        tax_type: 'taxable', display: 'listed', min_per_order: 1, max_per_order: 99,
      }
      return (await call(page, 'POST', `/api/admin/brands/${brand}/products`, input, randomUUID())).product
    },
    delist: async ({ product_id, brand_id: _, ...product }) =>
      (await call(page, 'PUT', `/api/admin/products/${product_id}`, { ...product, display: 'delisted' })).product,
    archive: ({ product_id, version }) => call(page, 'POST', `/api/admin/products/${product_id}/archive`, { version }),
  }
}

async function toCheckout(page) {
  await page.getByRole('link', { name: /看購物車/ }).click()
  await page.getByRole('dialog').getByRole('link', { name: '去結帳' }).click()
}

async function fillContact(page) {
  await page.getByLabel('怎麼稱呼').fill('王小姐')
  const phone = `09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`
  await page.getByLabel('手機號碼').fill(phone)
}

const pickupNumber = async (page) => {
  await page.getByText('取件號碼', { exact: true }).waitFor()
  return (await page.getByText(/^\d{3,}$/).first().textContent()).trim()
}

test('a cart with something that is gone says what, keeps the rest and is ordered without it', async () => {
  const manager = await open(browser, DESKTOP)
  const menu = await catalogue(manager)
  const mark = Date.now() % 100_000
  const names = { tea: `紅茶${mark}`, egg: `茶葉蛋${mark}`, milk: `奶茶${mark}`, green: `綠茶${mark}` }
  const group = await menu.group({
    name: `配料${mark}`, min: 0, max: 2, free_count: 0,
    options: [{ name: '布丁', price: 15, max_quantity: 1 }, { name: '仙草', price: 5, max_quantity: 1 }],
  })
  const tea = await menu.create(names.tea, 35)
  const egg = await menu.create(names.egg, 12)
  const milk = await menu.create(names.milk, 50, [group.option_group_id])
  const green = await menu.create(names.green, 25)
  await menu.publish()

  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  const sheet = customer.getByRole('dialog')
  const put = async (name, ...choices) => {
    await customer.getByRole('link', { name: new RegExp(`^${name}`) }).click()
    for (const choice of choices) await sheet.getByText(choice, { exact: true }).click()
    await sheet.getByRole('button', { name: /加入購物車/ }).click()
    await sheet.waitFor({ state: 'detached' })
  }
  await put(names.tea)
  await put(names.egg)
  await put(names.egg)
  await put(names.milk, '布丁')

  const delisted = await menu.delist(egg)
  await menu.group({ ...group, options: group.options.filter(({ name }) => name !== '布丁') })
  await menu.publish()
  await customer.getByRole('link', { name: /看購物車/ }).click()
  const line = (name) => sheet.getByRole('listitem').filter({ hasText: name })
  await line(names.egg).getByText('已下架，請移除').waitFor(MOMENTS)
  await line(names.milk).getByText('選項有調整，請重新選擇').waitFor(MOMENTS)
  const found = await faults(customer)
  await customer.screenshot({ path: `${pictures}cart-gone-phone.png` })
  // Neither vanished by itself, and the way on is shut with a word why.
  assert.equal(await sheet.locator('.cart-line').count(), 3)
  await sheet.getByText('先處理上面標示的餐點，就能結帳。').waitFor()
  assert.equal(await sheet.getByRole('link', { name: '去結帳' }).getAttribute('aria-disabled'), 'true')
  await sheet.getByRole('button', { name: '關閉' }).click()

  await menu.archive(delisted)
  await menu.publish()
  await put(names.green)
  await customer.getByRole('link', { name: /看購物車/ }).click()
  assert.equal(await sheet.locator('.cart-line').count(), 4)

  await line(names.egg).getByRole('button', { name: '移除' }).click()
  await line(names.milk).getByRole('link').first().click()
  await sheet.getByRole('button', { name: /更新餐點/ }).click()
  await customer.goto(endpoints.storefront)
  const other = await customer.context().newPage()
  await other.goto(endpoints.storefront)
  await other.getByRole('link', { name: /看購物車/ }).click()
  assert.equal(await other.getByRole('dialog').locator('.cart-line').count(), 3)

  await toCheckout(customer)
  await fillContact(customer)
  const sent = customer.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/orders'))
  await customer.getByRole('button', { name: /送出訂單.*110/ }).click()
  const body = (await sent).postDataJSON()
  assert.deepEqual(
    body.lines.map(({ product_id }) => product_id).toSorted(),
    [tea, milk, green].map(({ product_id }) => product_id).toSorted(),
  )
  await pickupNumber(customer)
  const { order } = await call(customer, 'GET', `${shop}/orders/${customer.url().split('/').pop()}`)
  assert.equal(order.total, 110)

  for (const product of [tea, milk, green]) await menu.archive(product)
  await menu.publish()
  assert.deepEqual([...found, ...manager.errors, ...customer.errors], [])
})

test('after a lost answer the cart may grow and be sent again, and one order is one order', async () => {
  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  const sheet = customer.getByRole('dialog')
  const put = async (name) => {
    await customer.getByRole('link', { name: new RegExp(`^${name}`) }).click()
    for (const choice of ['半糖', '少冰']) await sheet.getByText(choice, { exact: true }).click()
    await sheet.getByRole('button', { name: /加入購物車/ }).click()
    await sheet.waitFor({ state: 'detached' })
  }
  await put('阿源楊桃綠茶')
  await toCheckout(customer)
  await fillContact(customer)

  // The order arrives, its answer does not.
  const keys = new Set()
  let lost = true
  await customer.route(`**${shop}/orders`, async (route) => {
    keys.add(route.request().headers()['idempotency-key'])
    if (!lost) return route.continue()
    await route.fetch()
    return route.abort()
  })
  await customer.getByRole('button', { name: /送出訂單/ }).click()
  await customer.getByText('正在確認有沒有送到').waitFor()
  // Nobody waits for the repeats here: the customer leaves the page and comes back.
  await customer.goto(endpoints.storefront)
  await put('柳丁翡翠')
  lost = false
  await toCheckout(customer)
  const number = await pickupNumber(customer)
  assert.equal(keys.size, 1)
  const { order } = await call(customer, 'GET', `${shop}/orders/${customer.url().split('/').pop()}`)
  assert.equal(order.lines.length, 1)

  // What was added since is in the cart still, and is another order only when it is sent as one.
  await customer.goto(endpoints.storefront)
  await customer.getByRole('link', { name: /看購物車/ }).click()
  await sheet.getByText('柳丁翡翠').first().waitFor()
  assert.equal(await sheet.locator('.cart-line').count(), 1)
  await sheet.getByRole('link', { name: '去結帳' }).click()
  await sendOrder(customer)
  await customer.waitForURL((url) => /\/orders\//.test(url.pathname))
  assert.notEqual(await pickupNumber(customer), number)
  assert.equal(keys.size, 2)
  assert.deepEqual(customer.errors, [])
})

test('a later time than was shown is asked about, not taken', async () => {
  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  await customer.getByRole('link', { name: /^阿源楊桃綠茶/ }).click()
  const sheet = customer.getByRole('dialog')
  for (const choice of ['半糖', '少冰']) await sheet.getByText(choice, { exact: true }).click()
  await sheet.getByRole('button', { name: /加入購物車/ }).click()
  await toCheckout(customer)
  await fillContact(customer)
  // As if the page had been shown a time that is an hour sooner.
  let sooner = true
  await customer.route(`**${shop}/orders`, (route) => {
    const body = route.request().postDataJSON()
    if (sooner) body.promised_at = new Date(Date.parse(body.promised_at) - 3_600_000).toISOString()
    sooner = false
    return route.continue({ postData: JSON.stringify(body) })
  })
  await customer.getByRole('button', { name: /送出訂單/ }).click()
  await customer.getByRole('heading', { name: '取餐時間剛有更新' }).waitFor()
  const found = await faults(customer)
  await customer.screenshot({ path: `${pictures}checkout-later-phone.png` })
  assert.equal(await customer.getByLabel('怎麼稱呼').inputValue(), '王小姐')
  await customer.getByRole('button', { name: /送出/ }).click()
  await pickupNumber(customer)
  assert.deepEqual([...found, ...customer.errors], [])
})
