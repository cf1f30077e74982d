// A customer orders on a phone while the branch works at a desktop; each sees the other at once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

test('a customer orders, the branch accepts, makes and finishes, and both screens follow', async () => {
  const clerk = await open(browser, DESKTOP)
  await signIn(clerk)
  await clerk.getByRole('link', { name: '訂單處理' }).first().click()
  await clerk.getByRole('heading', { name: /新訂單/ }).waitFor()

  const customer = await open(browser, PHONE)
  const number = await order(customer)
  await customer.screenshot({ path: `${pictures}status-phone.png` })

  const card = clerk.getByRole('article', { name: new RegExp(number) })
  await card.waitFor()
  await clerk.screenshot({ path: `${pictures}board-desktop.png` })
  for (const [button, seen] of [
    ['接單', '已接單'],
    ['製作', '製作中'],
    ['完成', '可取餐'],
  ]) {
    await card.getByRole('button', { name: button }).click()
    await customer.getByText(seen).first().waitFor()
  }
  await card.getByRole('button', { name: /取餐|完成|結單/ }).first().click()
  await clerk.getByRole('button', { name: /已收現金/ }).click()
  await customer.getByText('已完成').first().waitFor()
  await card.waitFor({ state: 'detached' })
  assert.deepEqual([...clerk.errors, ...customer.errors], [])
})

async function order(page) {
  await page.goto(endpoints.storefront)
  await page.getByRole('button', { name: /NT\$/ }).nth(14).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /加入購物車/ }).click()
  await page.getByRole('button', { name: /看購物車/ }).click()
  await page.getByRole('button', { name: /去結帳/ }).or(page.getByRole('link', { name: /去結帳/ })).click()
  await page.getByLabel('怎麼稱呼').fill('王小姐')
  await page.getByLabel('手機號碼').fill(`09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`)
  const submit = page.getByRole('button', { name: /送出訂單/ })
  await submit.click()
  await page.waitForURL(/\/orders\//)
  const heading = await page.getByText(/^\d{3,}$/).first().textContent()
  return heading.trim()
}
