// A customer pays online at the pages that the sandbox shows for the providers. The browser's return proves
// nothing: the page of the order shows what the server says.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, endpoints, faults, fillCheckout, launch, open, PHONE, pickupNumber, pictures, sendOrder, signIn } from '../browser.js'

const COUNTDOWN = /^請在 \d+:\d\d 內付款$/

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// The control API of the sandbox.
async function control(method, path, body) {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`${endpoints.sandbox.control}${path}`, { method, headers, body: body && JSON.stringify(body) })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

// Places an order to be paid by a method, which leads on to pay at once.
async function placeOnline(page, method) {
  await fillCheckout(page)
  await page.getByRole('group', { name: '付款方式' }).getByText(method, { exact: true }).click()
  await sendOrder(page)
}

// The provider's page is open.
const atProvider = (page) => page.getByText('模擬付款，不會扣款').waitFor()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

// Pays a card on the open page of ECPay and its bank.
async function payCard(page) {
  await atProvider(page)
  await press(page, '付款')
  await press(page, '確認付款')
}

async function isAccessible(page, name) {
  const found = await faults(page)
  await page.screenshot({ path: `${pictures}${name}-phone.png`, fullPage: true })
  assert.deepEqual(found, [])
}

const offersToPay = (page) => page.getByRole('button', { name: /^前往付款/ })

test('an order is paid by card, and the branch has it with its pickup number', async () => {
  const clerk = await open(browser, DESKTOP)
  const { orders } = await signIn(clerk)
  await clerk.goto(orders)

  const customer = await open(browser, PHONE)
  await placeOnline(customer, '信用卡')
  await payCard(customer)
  const number = await pickupNumber(customer)
  await customer.getByText('已付款', { exact: true }).waitFor()
  await customer.getByText('訂單已送到店家').first().waitFor()
  await isAccessible(customer, 'pay-paid')
  await clerk.getByRole('region', { name: '新訂單', exact: true }).getByText(number, { exact: true }).waitFor()
  assert.deepEqual([...clerk.errors, ...customer.errors], [])
})

test('a declined card says so, and the same order is paid by LINE Pay', async () => {
  const customer = await open(browser, PHONE)
  await placeOnline(customer, '信用卡')
  await atProvider(customer)
  await press(customer, '拒絕')
  await customer.getByText('付款沒有成功').waitFor()
  const page = customer.url()
  await customer.getByText(COUNTDOWN).waitFor()
  await isAccessible(customer, 'pay-declined')

  await customer.getByText('LINE Pay', { exact: true }).first().click()
  await offersToPay(customer).click()
  await customer.getByRole('heading', { name: 'LINE Pay' }).waitFor()
  await press(customer, '付款')
  await pickupNumber(customer)
  assert.equal(new URL(customer.url()).pathname, new URL(page).pathname)
  await customer.getByText('已付款', { exact: true }).waitFor()
  assert.deepEqual(customer.errors, [])
})

test('a return before the callback is 付款確認中 until the provider reports', async () => {
  const customer = await open(browser, PHONE)
  // The browser brings no signed copy of the result along, the provider reports nothing by itself, and says
  // "not yet" when it is asked.
  await customer.route('**/api/payments/returns/*', (route) => route.continue({ method: 'GET', postData: '' }))
  await control('POST', '/faults', { system: 'ecpay', fault: 'never' })
  await control('POST', '/faults', { system: 'ecpay', fault: 'still_unpaid', call: 'query', times: 100 })
  try {
    await placeOnline(customer, '信用卡')
    await payCard(customer)
    await customer.getByText('付款確認中').waitFor()
    await isAccessible(customer, 'pay-confirming')
    await customer.reload()
    await customer.getByText('付款確認中').waitFor()
    assert.equal(await offersToPay(customer).count(), 0, 'a second payment is offered before the first is known')
    assert.equal(await customer.getByText('取件號碼', { exact: true }).count(), 0)
    assert.equal(await customer.getByText('已付款', { exact: true }).count(), 0)
    // A second payment asks first.
    await customer.getByRole('button', { name: '還是要再付一次' }).click()
    await customer.getByRole('dialog').getByRole('button', { name: '等待確認' }).click()
  } finally {
    await control('DELETE', '/faults')
  }
  const deliveries = await control('GET', '/deliveries?system=ecpay&call=result')
  const held = deliveries.filter(({ state }) => state === 'held').toSorted((one, other) => one.at.localeCompare(other.at)).at(-1)
  await control('POST', `/deliveries/${held.id}/send`, {})
  await pickupNumber(customer)
  assert.deepEqual(customer.errors, [])
})

test('an unpaid order counts down, survives leaving the provider, and every tab sees it paid', async () => {
  const customer = await open(browser, PHONE)
  await placeOnline(customer, 'LINE Pay')
  await atProvider(customer)
  await customer.goBack()
  const countdown = customer.getByText(COUNTDOWN)
  const shown = await countdown.textContent()
  await customer.waitForFunction(
    ([pattern, before]) => [...document.querySelectorAll('[role=timer]')].some((it) => new RegExp(pattern).test(it.textContent) && it.textContent !== before),
    [COUNTDOWN.source, shown],
  )
  await customer.getByText('待付款', { exact: true }).waitFor()
  await offersToPay(customer).waitFor()
  await isAccessible(customer, 'pay-unpaid')

  const other = await customer.context().newPage()
  other.setDefaultTimeout(20_000)
  await other.goto(customer.url())
  await other.getByText(COUNTDOWN).waitFor()

  await offersToPay(customer).click()
  await atProvider(customer)
  await press(customer, '付款')
  const number = await pickupNumber(customer)
  assert.equal(await pickupNumber(other), number)
  assert.deepEqual(customer.errors, [])
})

test('a card is paid in the fields of its provider on the page of the order', async () => {
  const customer = await open(browser, PHONE)
  await placeOnline(customer, '信用卡（Stripe）')
  await customer.getByRole('heading', { name: '填寫信用卡' }).waitFor()
  await customer.getByLabel('卡號').fill('4242 4242 4242 4242')
  await isAccessible(customer, 'pay-fields')
  await customer.getByRole('button', { name: /^付款/ }).click()
  await pickupNumber(customer)

  await placeOnline(customer, '信用卡（TapPay）')
  await customer.getByLabel('卡號').fill('4242 4242 4242 4242')
  await customer.getByLabel(/^有效期限/).fill('01/30')
  await customer.getByLabel('安全碼').fill('123')
  await customer.getByRole('button', { name: /^付款/ }).click()
  await atProvider(customer)
  await press(customer, '付款')
  await pickupNumber(customer)
  assert.deepEqual(customer.errors, [])
})
