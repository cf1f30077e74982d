// A planner lets coupons be given by themselves, makes an automatic tag, and finds members by tag and tier.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, faults, launch, open, pictures, signIn } from '../browser.js'
import { activeTemplate, amountOff, asStaff, join, mark, memberPage, newPhone } from '../members.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const choose = async (page, field, option) => {
  await field.click()
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click()
  await page.keyboard.press('Escape')
}

for (const [size, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`a kind of coupon is given on joining, and to a tier, on a ${size}`, async () => {
    const page = await open(browser, device)
    const screens = await signIn(page)
    const brandId = /brands\/([^/]+)\//.exec(screens.coupons)[1]
    const name = `入會測試 ${mark()}`
    const template = await activeTemplate(page, { internal_name: name, rule: amountOff(brandId, name, 9) })
    await page.goto(`${screens.coupons}/${template}?part=giving`)
    const rules = page.getByRole('region', { name: '自動贈券' })
    await rules.getByText('還沒有自動贈券').waitFor()
    await rules.getByRole('button', { name: '新增贈券規則' }).click()
    const drawer = page.getByRole('dialog', { name: '新增贈券規則' })
    await drawer.getByRole('button', { name: '儲存' }).click()
    await drawer.getByText('請填名稱，60 字內。').waitFor()
    await drawer.getByLabel('規則名稱（內部）').fill(name)
    await drawer.getByRole('radio', { name: '升等' }).click()
    await drawer.getByRole('button', { name: '儲存' }).click()
    await drawer.getByText('至少選一個等級。').waitFor()
    assert.deepEqual(await faults(page), [])
    await page.screenshot({ path: `${pictures}giving-${size}.png` })
    await drawer.getByRole('radio', { name: '加入會員' }).click()
    await drawer.getByRole('button', { name: '儲存' }).click()
    await drawer.waitFor({ state: 'detached' })
    const line = rules.getByRole('listitem').filter({ hasText: name })
    await line.getByText('加入會員時送 1 張').waitFor()

    const customer = await open(browser, PHONE)
    await customer.goto(memberPage)
    await customer.getByRole('link', { name: '登入或加入會員' }).click()
    await join(customer, newPhone())
    const own = customer.getByRole('region', { name: '優惠券', exact: true })
    await own.waitFor()
    // It is given by an event.
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const { coupons } = await customer.evaluate(async (brand) => (await fetch(`/api/members/${brand}/coupons`)).json(), endpoints.demo.open[0])
      if (coupons.some((coupon) => coupon.name === name)) break
      await customer.waitForTimeout(500)
    }
    await customer.reload()
    await own.getByText(name).waitFor()

    await page.reload()
    await line.getByText(/已送 1 張/).waitFor()
    const act = async (word) => {
      await line.getByRole('button', { name: `「${name}」的動作` }).click()
      await page.getByRole('menuitem', { name: word, exact: true }).click()
    }
    await act('暫停')
    await line.getByText('暫停', { exact: true }).waitFor()
    await act('結束')
    await page.getByRole('dialog').getByRole('button', { name: '結束' }).click()
    await rules.getByText('還沒有自動贈券').waitFor()
    assert.deepEqual([...page.errors, ...customer.errors], [])
  })
}

test('tiers say which coupons their members are given, and keep products for them', async () => {
  const page = await open(browser, DESKTOP)
  const { tiers } = await signIn(page)
  await page.goto(tiers)
  const gifts = page.getByRole('region', { name: '等級會員的贈券' })
  await gifts.getByText(/升上銀卡、金卡時送 1 張/).waitFor()
  await gifts.getByText(/每月 1 日送給金卡會員 1 張/).waitFor()
  assert.deepEqual(await faults(page), [])
  await page.getByRole('link', { name: '修改規則' }).click()
  const gold = page.getByRole('region', { name: '金卡' })
  await gold.getByText('專屬商品', { exact: true }).click()
  await gold.getByLabel('商品', { exact: true }).waitFor()
  await gold.getByText('專屬時段', { exact: true }).click()
  await gold.getByRole('button', { name: '新增時段' }).click()
  await gold.getByRole('textbox', { name: '時段 1 開始' }).waitFor()
  assert.deepEqual(await faults(page), [])
  await page.screenshot({ path: `${pictures}tier-exclusives-desktop.png`, fullPage: true })
  // Nothing was saved, on purpose.
  page.once('dialog', (dialog) => dialog.accept())
  await page.goto(tiers)
  assert.deepEqual(page.errors, [])
})

for (const [size, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`an automatic tag is tried and saved, and members are found by it, on a ${size}`, async () => {
    const page = await open(browser, device)
    const screens = await signIn(page)
    const name = `自動${mark()}`
    await page.goto(screens.tags)
    await page.getByRole('button', { name: '新增標籤' }).first().click()
    const drawer = page.getByRole('dialog', { name: '新增標籤' })
    await drawer.getByLabel('名稱').fill(name)
    await drawer.getByRole('switch', { name: '自動標籤' }).click()
    await drawer.getByRole('button', { name: '儲存' }).click()
    await drawer.getByText('至少填一個條件，才知道哪些會員要有這個標籤。').waitFor()
    await drawer.getByLabel('加入不超過').fill('30')
    await drawer.getByText(/符合 [\d,]+ 位會員/).waitFor()
    assert.deepEqual(await faults(page), [])
    await page.screenshot({ path: `${pictures}tag-rule-${size}.png` })
    await drawer.getByRole('button', { name: '儲存' }).click()
    await drawer.waitFor({ state: 'detached' })
    const line = page.getByRole('listitem').filter({ hasText: name })
    await line.getByText('自動', { exact: true }).waitFor()
    await line.getByText('加入不超過 30 天').waitFor()

    const saved = async () => (await page.evaluate(async () => (await fetch('/api/admin/tags')).json())).tags.find((tag) => tag.name === name)
    const { tag_id } = await saved()
    // It is applied to everybody in the background.
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const found = await asStaff(page, 'POST', '/members/find', { filter: { tag_ids: [tag_id] }, page_size: 20 })
      if (found.members.length > 0) break
      await page.waitForTimeout(500)
    }
    await page.goto(screens.members)
    await choose(page, page.getByRole('combobox', { name: '標籤' }), name)
    await page.waitForURL(/tags=/)
    await page.getByRole('row').filter({ hasText: name }).first().waitFor()
    assert.deepEqual(await faults(page), [])
    await page.screenshot({ path: `${pictures}members-by-tag-${size}.png` })

    await asStaff(page, 'POST', `/tags/${tag_id}/archive`, { version: (await saved()).version, archived: true })
    assert.deepEqual(page.errors, [])
  })
}
