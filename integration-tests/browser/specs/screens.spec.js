// Every screen at a phone's and a desk's width, light and dark: nothing is broken, axe finds nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const looks = [
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
]

for (const [name, device, scheme] of looks) {
  test(`the storefront on a ${name}, ${scheme}`, async () => {
    const page = await open(browser, device, scheme)
    const brand = `${endpoints.gateway}/${endpoints.demo.open[0]}`
    await page.goto(brand)
    await page.getByRole('link', { name: /^中山店/ }).waitFor()
    const found = await faults(page)
    await page.goto(endpoints.storefront)
    await page.getByRole('link', { name: /^柳丁翡翠/ }).waitFor()
    found.push(...(await faults(page)))
    await page.screenshot({ path: `${pictures}menu-${name}-${scheme}.png` })
    assert.deepEqual([...found, ...page.errors], [])
  })

  test(`the admin on a ${name}, ${scheme}`, async () => {
    const page = await open(browser, device, scheme)
    const screens = await signIn(page)
    const found = []
    for (const [screen, url] of Object.entries(screens)) {
      await page.goto(url)
      await page.getByRole('heading').first().waitFor()
      await page.locator('.ant-skeleton').first().waitFor({ state: 'detached' })
      found.push(...(await faults(page)).map((fault) => `${screen}: ${fault}`))
      await page.screenshot({ path: `${pictures}admin-${screen}-${name}-${scheme}.png` })
    }
    assert.deepEqual([...found, ...page.errors], [])
  })
}

test('a file with bad rows is reported row by row and writes nothing; a good one is published', async () => {
  const page = await open(browser, DESKTOP)
  const screens = await signIn(page)
  await page.goto(screens.import)
  const pick = (text) =>
    page.locator('input[type=file]').setInputFiles({ name: 'menu.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const drink = `試飲${Date.now() % 100_000}`
  await pick(`category,name,price_cold,price_hot\n鮮調,${drink},三十,\n鮮調,,30,\n`)
  await page.getByText('有 2 個地方要修正').waitFor()
  await pick(`category,name,price_cold,price_hot\n鮮調,${drink},45,\n`)
  await page.getByText('檔案沒有問題').waitFor()
  await page.getByRole('button', { name: /寫入 1 項/ }).click()
  await page.getByText('匯入完成').waitFor()

  const customer = await open(browser, PHONE)
  await customer.goto(endpoints.storefront)
  await customer.getByRole('link', { name: /^柳丁翡翠/ }).waitFor()
  await page.goto(screens.publish)
  await page.getByRole('button', { name: /發布到 2 間分店/ }).click()
  await page.getByText('已發布到 2 間分店').waitFor()
  // The open storefront shows it by itself.
  await customer.getByText(drink).first().waitFor()
  assert.deepEqual([...page.errors, ...customer.errors], [])
})
