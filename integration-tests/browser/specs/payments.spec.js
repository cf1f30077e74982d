// An owner looks through the ways to pay and verifies an account: one unit is really paid on the page
// that the sandbox shows for the provider, whose callback comes back through the gateway.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`the methods and accounts of a brand are readable on a ${name}`, async () => {
    const owner = await open(browser, device)
    const { payments } = await signIn(owner)
    await owner.goto(payments)
    await owner.getByText('LINE Pay').first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}payment-methods-${name}.png`, fullPage: true })
    await owner.goto(`${payments}?tab=accounts`)
    await owner.getByRole('button', { name: /^驗證/ }).first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}payment-accounts-${name}.png`, fullPage: true })
    assert.deepEqual(owner.errors, [])
  })
}

test('an account is verified by paying one unit at the provider', async () => {
  const owner = await open(browser, DESKTOP)
  const { payments } = await signIn(owner)
  await owner.goto(`${payments}?tab=accounts`)
  await owner.getByRole('button', { name: /^驗證/ }).first().click()
  const dialog = owner.getByRole('dialog')
  await owner.screenshot({ path: `${pictures}payment-verify-desktop.png` })
  await dialog.getByRole('button', { name: '開始驗證' }).click()
  const opened = owner.context().waitForEvent('page')
  await dialog.getByRole('button', { name: '打開付款頁' }).or(dialog.getByRole('link', { name: '打開付款頁' })).click()
  const provider = await opened
  await provider.getByText('模擬付款，不會扣款').first().waitFor()
  await provider.screenshot({ path: `${pictures}payment-sandbox-desktop.png` })
  await provider.getByRole('button', { name: '付款', exact: true }).click()
  // Cards are asked for a code by their bank.
  await provider.getByRole('button').first().click()
  await dialog.getByText('驗證通過').waitFor()
  await owner.screenshot({ path: `${pictures}payment-verified-desktop.png` })
  assert.deepEqual(owner.errors, [])
})
