// Staff orders in the shop as a test and sees on the order which steps it has shown.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, launch, open, order, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

test('a test order shows which steps it has reached and which not yet', async () => {
  const clerk = await open(browser, DESKTOP)
  const { orders } = await signIn(clerk)

  const shop = await clerk.context().newPage()
  await shop.setViewportSize(PHONE.viewport)
  await shop.goto(`${endpoints.storefront}?test`)
  const number = await order(shop)
  assert.match(number, /^T/)

  await clerk.goto(`${orders}?tests=true`)
  await clerk.getByRole('button', { name: `${number} 號接單` }).click()
  await clerk.getByRole('region', { name: '已接單', exact: true }).getByText(number, { exact: true }).click()
  const checklist = clerk.getByRole('region', { name: '測試檢查表' })
  const step = (name) => checklist.getByRole('listitem').filter({ hasText: name })
  await step('接單').getByText(/\d:\d\d/).waitFor()
  await step('下單').getByText(/\d:\d\d/).waitFor()
  for (const name of ['製作', '可取餐', '收款', '完成']) await step(name).getByText('還沒').waitFor()
  await clerk.screenshot({ path: `${pictures}test-checklist-desktop.png` })
  assert.deepEqual(clerk.errors, [])
})
