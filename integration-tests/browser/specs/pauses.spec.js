// A clerk stops selling something: who has the menu open sees it within moments, and again when it is back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, launch, open, pictures, signIn } from '../browser.js'

const DRINK = '柳丁翡翠'
// Two seconds from the tap to the customer's screen, and what a busy machine takes to draw it.
const MOMENTS = { timeout: 5_000 }

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

test('what the branch pauses is 暫停販售 in the open storefront, and back when it resumes', async () => {
  const clerk = await open(browser, DESKTOP)
  const { pauses } = await signIn(clerk)
  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  const drink = customer.getByRole('link', { name: new RegExp(`^${DRINK}`) })
  await drink.waitFor()

  await clerk.goto(pauses)
  await clerk.getByRole('button', { name: `暫停${DRINK}`, exact: true }).click()
  await clerk.getByRole('radio', { name: '30 分' }).click()
  await clerk.screenshot({ path: `${pictures}pause-desktop.png` })
  await clerk.getByRole('button', { name: /^暫停到/ }).click()
  await drink.getByText(/暫停販售，.+恢復/).waitFor(MOMENTS)
  await customer.screenshot({ path: `${pictures}paused-phone.png` })

  // A page opened now cannot add it to the cart.
  await drink.click()
  const sheet = customer.getByRole('dialog')
  assert.equal(await sheet.getByRole('button', { name: '暫停販售' }).isDisabled(), true)

  await clerk.getByRole('button', { name: `恢復${DRINK}`, exact: true }).click()
  await sheet.getByRole('button', { name: /加入購物車/ }).waitFor(MOMENTS)
  await clerk.getByRole('button', { name: '看暫停紀錄' }).click()
  await clerk.getByRole('region', { name: '暫停紀錄' }).getByText(DRINK).first().waitFor()
  assert.deepEqual([...clerk.errors, ...customer.errors], [])
})
