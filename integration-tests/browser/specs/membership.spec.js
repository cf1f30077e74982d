// Customers use codes as guests, join with the code of an SMS or by LINE, and order with coupons and points.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, faults, fillCheckout, launch, open, pickupNumber, pictures, signIn } from '../browser.js'

let browser
let staff
let brandId
before(async () => {
  browser = await launch()
  staff = await open(browser, DESKTOP)
  const screens = await signIn(staff)
  brandId = /brands\/([^/]+)\//.exec(screens.promoCodes)[1]
})
after(() => browser.close())

const mark = () => Date.now().toString(36).toUpperCase().slice(-6)
const newPhone = () => `09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`
const benefits = (page) => page.getByRole('region', { name: '優惠', exact: true })
const memberPage = () => `${endpoints.storefront.replace(/\/$/, '')}/member`

// Calls the admin's API as the owner, who is signed in.
async function asStaff(method, path, body) {
  const [status, answer] = await staff.evaluate(
    async ([method, path, body, key]) => {
      const csrf = /yzm_csrf=([^;]*)/.exec(document.cookie)[1]
      const headers = { 'content-type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': key }
      const response = await fetch(`/api/admin${path}`, { method, headers, body: JSON.stringify(body) })
      return [response.status, await response.json()]
    },
    [method, path, body, `${path}-${mark()}-${Math.random()}`],
  )
  assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  return answer
}

const rule = (name, amount) => ({
  name,
  conditions: { brand_ids: [brandId] },
  effect: { order: { thresholds: [{ at: 0, off: { amount } }] } },
})

async function makeCode(amount) {
  const code = `TRY${mark()}`
  await asStaff('POST', '/promo-codes', { promo_code: { internal_name: `測試 ${code}`, rule: rule('測試碼', amount) }, code })
  return code
}

async function giveCoupon(memberId, name, amount) {
  const { template } = await asStaff('POST', '/coupon-templates', {
    template: { internal_name: `${name} ${mark()}`, rule: rule(name, amount), terms: '測試用', validity: { days: 30 } },
  })
  const path = `/coupon-templates/${template.template_id}`
  await asStaff('POST', `${path}/state`, { version: template.version, state: 'active' })
  await asStaff('POST', `${path}/coupons`, { member_ids: [memberId] })
}

// The code that was sent to a phone last.
async function sentCode(phone) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const response = await fetch(`${endpoints.sandbox.control}/sms/messages?to=%2B886${phone.slice(1)}`)
    const [message] = await response.json()
    const code = /\d{6}/.exec(message?.text ?? '')?.[0]
    if (code) return code
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('no code was sent')
}

// Confirms a phone in the open sheet, and joins.
async function join(page, phone) {
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('手機號碼').fill(phone)
  await sheet.getByRole('button', { name: '傳送驗證碼' }).click()
  const field = sheet.getByLabel('驗證碼（6 位數字）')
  await field.fill(await sentCode(phone))
  await sheet.getByLabel('怎麼稱呼').fill('測試會員')
  await sheet.getByLabel(/我同意會員條款/).check()
  assert.deepEqual(await faults(page), [])
  await sheet.getByRole('button', { name: '登入或加入', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })
}

async function enterCode(page, code) {
  await benefits(page).getByRole('textbox', { name: '優惠碼' }).fill(code)
  await benefits(page).getByRole('button', { name: '套用' }).click()
}

async function placeOrder(page) {
  await page.getByText(/店家(?:會馬上|才會)收到訂單/).waitFor()
  await page.getByRole('button', { name: /送出訂單/ }).dblclick()
  return pickupNumber(page)
}

test('a guest orders with a code; codes that do not count stay with their reason', async () => {
  const code = await makeCode(7)
  const page = await open(browser, PHONE)
  await fillCheckout(page)
  await enterCode(page, 'NOSUCHCODE')
  await benefits(page).getByText(/未套用：沒有這個優惠碼/).waitFor()
  // 夏日折 50 of the demo begins at 300.
  await enterCode(page, 'SUMMER50')
  await benefits(page).getByText(/未套用：.*再消費 NT\$\d+ 即可使用/).waitFor()
  // The brand takes one code an order.
  await benefits(page).getByRole('button', { name: '移除優惠碼 SUMMER50' }).click()
  await enterCode(page, code.toLowerCase())
  await benefits(page).getByText('已套用，折 NT$7').waitFor()
  await page.screenshot({ path: `${pictures}benefits-guest-phone.png`, fullPage: true })
  assert.deepEqual(await faults(page), [])
  await benefits(page).getByRole('button', { name: '移除優惠碼 NOSUCHCODE' }).click()
  await placeOrder(page)
  await page.getByText('−NT$7').first().waitFor()
  assert.deepEqual(page.errors, [])
})

test('a customer joins by phone and orders with a coupon and points; the cart stays', async () => {
  const page = await open(browser, PHONE)
  await fillCheckout(page)
  await benefits(page).getByRole('link', { name: /登入會員/ }).click()
  await join(page, newPhone())
  await page.getByRole('region', { name: '訂單內容' }).getByRole('listitem').first().waitFor()

  const memberId = await page.evaluate(async (brand) => (await (await fetch(`/api/members/${brand}/me`)).json()).me.member_id, endpoints.demo.open[0])
  await giveCoupon(memberId, '測試折 5', 5)
  // Points for joining are credited by an event.
  await page.goto(memberPage())
  await page.getByRole('button', { name: '會員條碼' }).waitFor()
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { account } = await page.evaluate(async (brand) => (await fetch(`/api/members/${brand}/points`)).json(), endpoints.demo.open[0])
    if (account?.balance > 0) break
    await page.waitForTimeout(500)
  }
  await page.reload()
  await page.getByRole('region', { name: '優惠券' }).getByText('測試折 5').waitFor()
  await page.screenshot({ path: `${pictures}member-phone.png`, fullPage: true })
  assert.deepEqual(await faults(page), [])

  await page.goto(`${endpoints.storefront.replace(/\/$/, '')}/checkout`)
  await benefits(page).getByRole('button', { name: '使用測試折 5' }).click()
  await benefits(page).getByText('已套用，折 NT$5').waitFor()
  await benefits(page).getByRole('button', { name: '折抵最多' }).click()
  await benefits(page).getByText(/^用 \d+ 點，折 NT\$\d+$/).waitFor()
  await page.screenshot({ path: `${pictures}benefits-member-phone.png`, fullPage: true })
  assert.deepEqual(await faults(page), [])
  await placeOrder(page)
  await page.getByText('使用點數', { exact: true }).waitFor()

  await page.goto(memberPage())
  await page.getByRole('button', { name: '登出這台裝置' }).click()
  await page.getByText('還沒登入').waitFor()
  assert.deepEqual(page.errors, [])
})

test('a wrong code says how many tries are left', async () => {
  const page = await open(browser, PHONE)
  await page.goto(`${endpoints.storefront}?sign-in`)
  const sheet = page.getByRole('dialog')
  const phone = newPhone()
  await sheet.getByLabel('手機號碼').fill(phone)
  await sheet.getByRole('button', { name: '傳送驗證碼' }).click()
  const wrong = (await sentCode(phone)) === '000000' ? '111111' : '000000'
  await sheet.getByLabel('驗證碼（6 位數字）').fill(wrong)
  await sheet.getByRole('button', { name: '登入或加入', exact: true }).click()
  await sheet.getByText('還可以試 4 次').waitFor()
  assert.deepEqual(page.errors, [])
})

test('LINE signs in once a phone is confirmed, and by itself the next time', async () => {
  const first = await open(browser, PHONE)
  await first.goto(`${endpoints.storefront}?sign-in`)
  await first.getByRole('button', { name: '用 LINE 登入' }).click()
  await first.getByRole('button', { name: '阿華', exact: true }).click()
  await first.getByText(/LINE 已確認/).waitFor()
  await join(first, newPhone())
  await first.getByRole('link', { name: '會員', exact: true }).waitFor()

  const second = await open(browser, PHONE)
  await second.goto(`${endpoints.storefront}?sign-in`)
  await second.getByRole('button', { name: '用 LINE 登入' }).click()
  await second.getByRole('button', { name: '阿華', exact: true }).click()
  await second.getByRole('link', { name: '會員', exact: true }).waitFor()
  assert.doesNotMatch(second.url(), /line=/)
  assert.deepEqual([...first.errors, ...second.errors], [])
})
