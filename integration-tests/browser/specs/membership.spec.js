// Customers use codes as guests, join with the code of an SMS or by LINE, and order with coupons and points.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, endpoints, faults, fillCheckout, launch, open, PHONE, pickupNumber, pictures, sendOrder, signIn } from '../browser.js'
import { amountOff, asStaff, giveCoupon, join, mark, memberId, memberPage, newPhone, sentCode, shop } from '../members.js'

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

const benefits = (page) => page.getByRole('region', { name: '優惠', exact: true })

async function makeCode(amount) {
  const code = `TRY${mark()}`
  await asStaff(staff, 'POST', '/promo-codes', { promo_code: { internal_name: `測試 ${code}`, rule: amountOff(brandId, '測試碼', amount) }, code })
  return code
}

async function enterCode(page, code) {
  await benefits(page).getByRole('textbox', { name: '優惠碼' }).fill(code)
  await benefits(page).getByRole('button', { name: '套用' }).click()
}

async function placeOrder(page) {
  await page.getByText(/店家(?:會馬上|才會)收到訂單/).waitFor()
  await sendOrder(page)
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
  // One that is only typed is applied when the order is sent; it does nothing, which is said before it goes.
  await benefits(page).getByRole('textbox', { name: '優惠碼' }).fill('SUMMER50')
  await page.getByText(/店家(?:會馬上|才會)收到訂單/).waitFor()
  await page.getByRole('button', { name: /送出訂單/ }).click()
  await page.getByRole('link', { name: '優惠碼 SUMMER50沒有套用，看原因' }).waitFor()
  assert.deepEqual(await faults(page), [])
  await placeOrder(page)
  await page.getByText('−NT$7').first().waitFor()
  await page.getByRole('list', { name: '沒有套用的優惠' }).getByText(/優惠碼 SUMMER50/).waitFor()
  assert.deepEqual(page.errors, [])
})

test('a customer joins by phone and orders with a coupon and points; the cart stays', async () => {
  const page = await open(browser, PHONE)
  await fillCheckout(page)
  await benefits(page).getByRole('link', { name: /登入會員/ }).click()
  await join(page, newPhone())
  await page.getByRole('region', { name: '訂單內容' }).getByRole('listitem').first().waitFor()

  await giveCoupon(staff, brandId, await memberId(page), '測試折 5', 5)
  // Points for joining are credited by an event.
  await page.goto(memberPage)
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

  await page.goto(`${shop}/checkout`)
  await benefits(page).getByRole('button', { name: '使用測試折 5' }).click()
  await benefits(page).getByText('已套用，折 NT$5').waitFor()
  await benefits(page).getByRole('button', { name: '折抵最多' }).click()
  await benefits(page).getByText(/^用 \d+ 點，折 NT\$\d+$/).waitFor()
  await page.screenshot({ path: `${pictures}benefits-member-phone.png`, fullPage: true })
  assert.deepEqual(await faults(page), [])
  await placeOrder(page)
  await page.getByText('使用點數', { exact: true }).waitFor()

  await page.goto(memberPage)
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
  // Somebody new each time: an account in LINE belongs to one member for ever.
  const account = await first.getByLabel('其他帳號').inputValue()
  await first.getByRole('button', { name: '用其他帳號登入' }).click()
  await first.getByText(/LINE 已確認/).waitFor()
  await join(first, newPhone())
  await first.getByRole('link', { name: '會員', exact: true }).waitFor()

  const second = await open(browser, PHONE)
  await second.goto(`${endpoints.storefront}?sign-in`)
  await second.getByRole('button', { name: '用 LINE 登入' }).click()
  await second.getByLabel('其他帳號').fill(account)
  await second.getByRole('button', { name: '用其他帳號登入' }).click()
  await second.getByRole('link', { name: '會員', exact: true }).waitFor()
  assert.doesNotMatch(second.url(), /line=/)
  assert.deepEqual([...first.errors, ...second.errors], [])
})
