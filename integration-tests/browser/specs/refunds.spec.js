// Staff refunds an order from its detail: what a provider took goes back there, what was paid on site is paid out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, faults, fillCheckout, launch, open, order, PHONE, pickupNumber, pictures, sendOrder, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// The orders of the branch as a clerk sees them, on a desk or a phone.
async function atBoard(device) {
  const clerk = await open(browser, device)
  const { orders } = await signIn(clerk)
  await clerk.goto(orders)
  await clerk.getByRole('button', { name: '不用' }).click()
  return clerk
}

const part = (clerk) => clerk.getByRole('region', { name: '付款與退款' })

// Opens the dialog, chooses one unit of the first line and the reason; returns the dialog.
async function askForOneUnit(clerk) {
  await part(clerk).getByRole('button', { name: '退款', exact: true }).click()
  const dialog = clerk.getByRole('dialog', { name: /號的款/ })
  await dialog.getByText('依品項', { exact: true }).click()
  await dialog.getByRole('spinbutton').first().fill('1')
  await dialog.getByRole('button', { name: '少給品項' }).click()
  await dialog.getByText(/^會退 NT\$\d+/).waitFor()
  return dialog
}

test('one unit of an order paid online goes back by the provider', async () => {
  const customer = await open(browser, PHONE)
  await fillCheckout(customer)
  await customer.getByRole('group', { name: '付款方式' }).getByText('LINE Pay', { exact: true }).click()
  await sendOrder(customer)
  await customer.getByText('模擬付款，不會扣款').waitFor()
  await customer.getByRole('button', { name: '付款', exact: true }).click()
  const number = await pickupNumber(customer)

  const clerk = await atBoard(DESKTOP)
  await clerk.getByRole('region', { name: '新訂單', exact: true }).getByText(number, { exact: true }).click()
  await part(clerk).getByRole('list', { name: '付款紀錄' }).getByText('已付款').waitFor()
  const dialog = await askForOneUnit(clerk)
  await dialog.getByText(/由金流退回原付款方式/).waitFor()
  assert.deepEqual(await faults(clerk), [])
  await clerk.screenshot({ path: `${pictures}refund-online-desktop.png` })
  await dialog.getByRole('button', { name: /^確認退 NT\$/ }).click()
  const refunds = part(clerk).getByRole('list', { name: '退款紀錄' })
  await refunds.getByText('成功', { exact: true }).waitFor()
  await refunds.getByText(/少給品項/).waitFor()
  await clerk.screenshot({ path: `${pictures}refund-done-desktop.png` })
  assert.deepEqual([...clerk.errors, ...customer.errors], [])
})

test('one unit of an order paid on site is paid out by somebody who is named', async () => {
  const customer = await open(browser, PHONE)
  const number = await order(customer)
  const clerk = await atBoard(DESKTOP)
  for (const step of ['接單', '製作', '做好了', '完成']) await clerk.getByRole('button', { name: `${number} 號${step}` }).click()
  await clerk.getByRole('button', { name: /已收現金/ }).click()
  await clerk.getByRole('region', { name: '可取餐', exact: true }).getByText(number, { exact: true }).waitFor({ state: 'detached' })

  const phone = await atBoard(PHONE)
  await phone.getByRole('button', { name: '已結單' }).click()
  await phone.getByRole('button', { name: number, exact: true }).click()
  const dialog = await askForOneUnit(phone)
  await dialog.getByText(/店內退現/).waitFor()
  await dialog.getByLabel('誰退現金給客人').fill('')
  assert.ok(await dialog.getByRole('button', { name: '請選要退什麼並寫原因' }).isDisabled())
  await dialog.getByLabel('誰退現金給客人').fill('陳店員')
  assert.deepEqual(await faults(phone), [])
  await phone.screenshot({ path: `${pictures}refund-on-site-phone.png` })
  await dialog.getByRole('button', { name: /^確認退 NT\$/ }).click()
  const refunds = part(phone).getByRole('list', { name: '退款紀錄' })
  await refunds.getByText('成功', { exact: true }).waitFor()
  await refunds.getByText(/陳店員/).waitFor()
  assert.deepEqual([...clerk.errors, ...phone.errors, ...customer.errors], [])
})
