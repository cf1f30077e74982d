// An owner imports a provider's settlement file, sees what differs, and decides about it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// What stands in no file yet, of the account at ECPay.
async function awaited(page, settlements) {
  const brand = /brands\/([^/]+)/.exec(settlements)[1]
  return page.evaluate(async (brandId) => {
    const of = async (path) => (await fetch(`/api/admin/brands/${brandId}/${path}`)).json()
    const { accounts } = await of('settlements')
    const account = accounts.find(({ provider }) => provider === 'ecpay')
    const { items } = await of(`unsettled?account_id=${account.account_id}`)
    return { account: account.name, payments: items.filter(({ kind }) => kind === 'payment') }
  }, brand)
}

async function choose(page, label, option) {
  await page.getByRole('dialog').getByRole('combobox', { name: label }).click()
  await page.getByTitle(option, { exact: true }).last().click()
}

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`a settlement file is imported once, read and decided on a ${name}`, async () => {
    const owner = await open(browser, device)
    const { settlements } = await signIn(owner)
    await owner.goto(settlements)
    await owner.getByRole('heading', { name: '對帳' }).waitFor()
    const { account, payments } = await awaited(owner, settlements)
    const rows = payments.map(({ reference, amount }) => `${reference},${amount},0`)
    const unknown = `X${name}${Date.now()}`
    const text = ['訂單編號,交易金額,手續費', ...rows, `${unknown},70,1.5`, ',-300,0', '合計,,'].join('\n')
    const file = { name: `撥款-${name}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) }

    await owner.getByRole('button', { name: '匯入撥款檔' }).click()
    const drawer = owner.getByRole('dialog')
    await choose(owner, '金流帳號', account)
    await drawer.locator('input[type=file]').setInputFiles(file)
    await drawer.getByText('檔案沒有問題，可以匯入').waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}settlement-import-${name}.png` })
    await drawer.getByRole('button', { name: `匯入 ${rows.length + 2} 筆` }).click()

    await owner.getByRole('button', { name: '找不到 1' }).waitFor()
    await owner.getByRole('button', { name: '平台調整 1' }).waitFor()
    if (rows.length > 0) await owner.getByRole('button', { name: `相符 ${rows.length}` }).waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}settlement-${name}.png`, fullPage: true })

    await owner.getByRole('button', { name: `處理第 ${rows.length + 2} 行` }).click()
    await drawer.getByLabel('備註').fill('不是我們的交易')
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}settlement-row-${name}.png` })
    await drawer.getByRole('button', { name: '確定處理' }).click()
    await owner.getByRole('button', { name: '找不到 1' }).waitFor({ state: 'detached' })

    await owner.goto(settlements)
    await owner.getByRole('button', { name: '匯入撥款檔' }).click()
    await choose(owner, '金流帳號', account)
    await drawer.locator('input[type=file]').setInputFiles(file)
    await drawer.getByText('這個檔案匯入過了').waitFor()
    await owner.goto(`${settlements}?tab=unsettled`)
    await owner.getByRole('heading', { name: '對帳' }).waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}unsettled-${name}.png`, fullPage: true })
    assert.deepEqual(owner.errors, [])
  })
}
