// An owner finds in the audit trail what they have just changed, with the values before and after.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// Renames the first category and answers its names.
const rename = (page, brandId) =>
  page.evaluate(async (brand) => {
    const { categories } = await (await fetch(`/api/admin/brands/${brand}/categories`)).json()
    const [first] = categories
    const csrf = document.cookie.split('; ').find((it) => it.startsWith('yzm_csrf='))?.slice('yzm_csrf='.length)
    const name = first.name.endsWith('！') ? first.name.slice(0, -1) : `${first.name}！`
    const answer = await fetch(`/api/admin/brands/${brand}/categories`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-csrf-token': decodeURIComponent(csrf ?? '') },
      body: JSON.stringify({ category_id: first.category_id, name, position: first.position, version: first.version }),
    })
    return { before: first.name, after: name, status: answer.status, text: await answer.text() }
  }, brandId)

test('a change shows who made it, and each field before and after', async () => {
  const owner = await open(browser, DESKTOP)
  const { audit, categories } = await signIn(owner)
  const changed = await rename(owner, /brands\/([^/]+)/.exec(categories)[1])
  assert.equal(changed.status, 200, changed.text)

  await owner.goto(`${audit}?action=catalog.SaveCategory`)
  const row = owner.getByRole('row', { name: new RegExp(`${changed.before} → ${changed.after}`) }).first()
  for (let tries = 0; tries < 20 && (await row.count()) === 0; tries += 1) {
    await owner.waitForTimeout(250)
    await owner.reload()
    await owner.getByRole('row').nth(1).waitFor()
  }
  await owner.screenshot({ path: `${pictures}audit-desktop.png` })
  await row.getByRole('button', { name: '儲存分類' }).click()
  const drawer = owner.getByRole('dialog', { name: '儲存分類' })
  await drawer.getByRole('cell', { name: changed.before, exact: true }).waitFor()
  await drawer.getByRole('cell', { name: changed.after, exact: true }).waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}audit-record-desktop.png` })
  assert.deepEqual(owner.errors, [])
  await rename(owner, /brands\/([^/]+)/.exec(categories)[1])
})

test('the list narrows by action and goes back page by page on a phone', async () => {
  const owner = await open(browser, PHONE)
  const { audit } = await signIn(owner)
  await owner.goto(audit)
  await owner.getByRole('button', { name: '登入' }).first().waitFor()
  await owner.screenshot({ path: `${pictures}audit-phone.png` })
  await owner.getByRole('combobox', { name: '動作' }).fill('修改商品')
  await owner.getByTitle('修改商品').click()
  await owner.waitForURL(/action=catalog\.UpdateProduct/)
  assert.deepEqual(owner.errors, [])
})
