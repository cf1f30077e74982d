// A customer orders on a phone while the branch works at a desktop; each sees the other at once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, launch, open, order, pictures, signIn } from '../browser.js'

// What the customer reads when the branch's board says so.
const said = {
  已接單: '店家收到了，時間到就開始做',
  製作中: '正在為您準備',
  可取餐: '請到櫃台報號碼取餐',
  已完成: '謝謝光臨，下次再來！',
}

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

test('a customer orders, the branch accepts, makes and finishes, and both screens follow', async () => {
  const clerk = await open(browser, DESKTOP)
  const { orders } = await signIn(clerk)
  await clerk.goto(orders)
  await clerk.getByRole('button', { name: '不用' }).click()
  const column = (name) => clerk.getByRole('region', { name, exact: true })
  await column('新訂單').locator('[data-card]').first().waitFor()

  const customer = await open(browser, PHONE)
  const number = await order(customer)
  await customer.screenshot({ path: `${pictures}status-phone.png` })
  await column('新訂單').getByText(number, { exact: true }).waitFor()
  await clerk.screenshot({ path: `${pictures}board-desktop.png` })

  const steps = [
    ['接單', '已接單'],
    ['製作', '製作中'],
    ['做好了', '可取餐'],
  ]
  for (const [button, state] of steps) {
    await clerk.getByRole('button', { name: `${number} 號${button}` }).click()
    await column(state).getByText(number, { exact: true }).waitFor()
    await customer.getByText(said[state]).first().waitFor()
  }
  await clerk.getByRole('button', { name: `${number} 號完成` }).click()
  await clerk.getByRole('button', { name: /已收現金/ }).click()
  await column('可取餐').getByText(number, { exact: true }).waitFor({ state: 'detached' })
  await customer.getByText(said.已完成).first().waitFor()
  assert.deepEqual([...clerk.errors, ...customer.errors], [])
})
