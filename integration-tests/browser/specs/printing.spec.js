// The demo's printers print an order; a manager sees what came out, adds a printer, writes a rule beside
// the raster it prints, and a counter that finds a printer out of paper reads what to do. Whoever publishes a menu
// learns what would be printed nowhere, and whoever opens the shop prints what it needs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, faults, launch, open, order, pictures, signIn } from '../browser.js'

const CONTROL = `${endpoints.sandbox.control}/printers`
const COUNTER = '櫃檯出單機'

let browser
before(async () => {
  browser = await launch()
})
after(async () => {
  await change('counter', { paper: 'ok' })
  await browser.close()
})

// A virtual printer is changed as a hand would: its paper, its cover, its switch.
async function change(printer, how) {
  const answer = await fetch(`${CONTROL}/devices/${printer}`, {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(how),
  })
  assert.ok(answer.ok, `${printer}: ${answer.status}`)
}

const slipsOf = async (printer) => (await fetch(`${CONTROL}/slips?printer=${printer}`)).json()

// Waits for what only the sandbox can tell.
async function until(what, holds) {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `${what} did not come`)
    await new Promise((resume) => setTimeout(resume, 200))
  }
}

// The dialog that asks before something is taken away.
const answerYes = (page, deed) => page.getByRole('dialog').getByRole('button', { name: deed }).click()

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`printers, print points, templates and the log are readable on a ${name}`, async () => {
    const owner = await open(browser, device)
    const { printers, printJobs } = await signIn(owner)
    await owner.goto(printers)
    await owner.getByText('櫃檯顧客單').first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}printers-${name}.png`, fullPage: true })
    await owner.goto(`${printers}?tab=devices`)
    await owner.getByText(COUNTER).first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}printer-devices-${name}.png`, fullPage: true })
    await owner.goto(`${printers}/templates/new`)
    await owner.getByRole('img', { name: /^顧客單/ }).first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}printer-template-${name}.png`, fullPage: true })
    await owner.goto(printJobs)
    await owner.getByText('已印').first().waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}print-jobs-${name}.png`, fullPage: true })
    assert.deepEqual(owner.errors, [])
  })
}

test('a test slip comes out of the printer', async () => {
  const owner = await open(browser, DESKTOP)
  const { printers } = await signIn(owner)
  const before = (await slipsOf('counter')).length
  await owner.goto(`${printers}?tab=devices`)
  await owner.getByRole('button', { name: `在「${COUNTER}」列印測試單` }).click()
  await owner.getByText('測試單已送出').waitFor()
  await until('the test slip', async () => (await slipsOf('counter')).length > before)
  assert.deepEqual(owner.errors, [])
})

test('a rule is written beside the very raster it prints, and taken away', async () => {
  const owner = await open(browser, DESKTOP)
  const { printers } = await signIn(owner)
  await owner.goto(printers)
  await owner.getByRole('row', { name: /櫃檯顧客單/ }).getByRole('link', { name: '出單規則' }).click()
  await owner.getByRole('button', { name: '新增規則' }).click()
  const drawer = owner.getByRole('dialog')
  await drawer.getByRole('img', { name: /^廚房單/ }).first().waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}print-rule-desktop.png` })
  await drawer.getByLabel('訂單金額滿').fill('300')
  await drawer.getByRole('button', { name: '儲存' }).click()
  const rule = owner.getByRole('listitem').filter({ hasText: '滿 NT$300' })
  await rule.waitFor()
  await rule.getByRole('button', { name: /^移除/ }).click()
  await answerYes(owner, '移除')
  await rule.waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

test('a template is drawn anew as it is changed', async () => {
  const owner = await open(browser, DESKTOP)
  const { printers } = await signIn(owner)
  await owner.goto(`${printers}/templates/new`)
  const slip = owner.getByRole('img', { name: /^顧客單/ }).first()
  await slip.waitFor()
  const standard = await slip.getAttribute('src')
  await owner.getByRole('switch', { name: '印出「品牌」' }).click()
  await owner.waitForFunction((src) => document.querySelector('img[alt^="顧客單"]')?.src !== src, standard)
  await owner.getByLabel('版面名稱').fill('沒有品牌的顧客單')
  await owner.getByRole('button', { name: '儲存' }).click()
  await owner.getByRole('link', { name: '沒有品牌的顧客單' }).waitFor()
  await owner.getByRole('button', { name: '移除「沒有品牌的顧客單」' }).click()
  await answerYes(owner, '移除')
  await owner.getByRole('link', { name: '沒有品牌的顧客單' }).waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

test('a printer that is added shows its address once, and refuses a wrong code', async () => {
  const owner = await open(browser, DESKTOP)
  const { printers } = await signIn(owner)
  await owner.goto(`${printers}?tab=devices`)
  await owner.getByRole('button', { name: '新增裝置' }).click()
  const drawer = owner.getByRole('dialog')
  await drawer.getByLabel('裝置序號').fill('!')
  await drawer.getByLabel('裝置名稱').fill('備用出單機')
  await drawer.getByRole('button', { name: '建立並印出配對碼' }).click()
  await drawer.getByText('序號是 3–40 個英文字母、數字或「-」。').first().waitFor()
  await drawer.getByLabel('裝置序號').fill('spare-0001')
  await drawer.getByRole('button', { name: '建立並印出配對碼' }).click()
  await owner.getByRole('group', { name: '專屬網址' }).waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}printer-pairing-desktop.png` })
  await owner.getByLabel('配對單上的 6 位數字').fill('12345')
  await owner.getByRole('button', { name: '完成配對' }).last().click()
  await owner.getByText('配對碼是 6 位數字。').waitFor()
  await owner.getByRole('button', { name: '先不要' }).click()
  const row = owner.getByRole('listitem').filter({ hasText: '備用出單機' })
  await row.getByText('SPARE-0001').waitFor()
  await row.getByRole('button', { name: '移除「備用出單機」' }).click()
  await answerYes(owner, '移除')
  await row.waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

test('a counter whose printer is out of paper sees it at the top and reads what to do', async () => {
  const owner = await open(browser, DESKTOP)
  const { orders } = await signIn(owner)
  await owner.goto(orders)
  await change('counter', { paper: 'out' })
  const state = owner.getByRole('button', { name: new RegExp(`^出單機狀態：.*${COUNTER}缺紙`) })
  await state.waitFor({ timeout: 60_000 })
  await state.click()
  await owner.getByText('換一捲紙並關好上蓋').waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}printer-state-desktop.png` })
  await change('counter', { paper: 'ok' })
  await owner.getByRole('button', { name: /^出單機狀態：(?!.*缺紙)/ }).waitFor({ timeout: 60_000 })
  assert.deepEqual(owner.errors, [])
})

test('an order says what was printed of it, and prints again', async () => {
  const owner = await open(browser, DESKTOP)
  const { printJobs } = await signIn(owner)
  await owner.goto(`${printJobs}?states=%5B%22printed%22%5D`)
  await owner.getByRole('button', { name: '顧客單' }).first().click()
  const drawer = owner.getByRole('dialog')
  await drawer.getByRole('img', { name: /^顧客單/ }).first().waitFor()
  await drawer.getByText('印出來了').first().waitFor()
  await owner.screenshot({ path: `${pictures}print-job-desktop.png` })
  await drawer.getByRole('button', { name: '補印' }).click()
  await owner.getByText('已送去補印').waitFor()
  await owner.goto(printJobs)
  await owner.getByText(/^補印 \d+$/).first().waitFor()
  assert.deepEqual(owner.errors, [])
})

// Switches every print point of the branch on or off, as a manager does.
async function switchPoints(page, printers, on) {
  await page.goto(printers)
  await page.getByText('櫃檯顧客單').first().waitFor()
  const all = page.getByRole('switch', { name: /^使用「/ })
  for (let index = 0; index < (await all.count()); index += 1) {
    const point = all.nth(index)
    if ((await point.getAttribute('aria-checked')) !== String(on)) await point.click()
    await page.waitForFunction(
      ([at, wanted]) => {
        const found = [...document.querySelectorAll('[role=switch][aria-label^="使用「"]')][at]
        return found?.getAttribute('aria-checked') === wanted && !found.classList.contains('ant-switch-loading')
      },
      [index, String(on)],
    )
  }
}

test('whoever publishes learns which branch would print nothing, and may publish all the same', async () => {
  const owner = await open(browser, DESKTOP)
  const { printers, publish } = await signIn(owner)
  await owner.goto(publish)
  await owner.getByRole('button', { name: /^發布到 \d+ 間分店/ }).waitFor()
  await owner.getByText('正在檢查出單規則').waitFor({ state: 'detached' })
  assert.equal(await owner.getByText('有商品沒有出單機負責').count(), 0, 'branches without printers miss nothing')
  await switchPoints(owner, printers, false)
  try {
    for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
      const page = await open(browser, device)
      await signIn(page)
      await page.goto(publish)
      await page.getByText('有商品沒有出單機負責').waitFor()
      await page.getByText('所有商品都不會印出單子').waitFor()
      assert.ok(await page.getByRole('button', { name: /^發布到 \d+ 間分店/ }).isEnabled(), 'a warning stops nobody')
      assert.deepEqual(await faults(page), [])
      await page.screenshot({ path: `${pictures}publish-print-routes-${name}.png`, fullPage: true })
      assert.deepEqual(page.errors, [])
    }
    await owner.goto(publish)
    await owner.getByRole('list', { name: '有商品沒有出單機負責' }).getByRole('link').click()
    await owner.getByRole('heading', { name: '出單機設定' }).waitFor()
    await owner.getByText('櫃檯顧客單').first().waitFor()
  } finally {
    await switchPoints(owner, printers, true)
  }
  await owner.goto(publish)
  await owner.getByRole('button', { name: /^發布到 \d+ 間分店/ }).waitFor()
  await owner.getByText('有商品沒有出單機負責').waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

test('a menu is published while printing is away', async () => {
  const owner = await open(browser, DESKTOP)
  const { publish } = await signIn(owner)
  const away = { type: '/problems/TEMPORARILY_UNAVAILABLE', title: '', status: 503, reason: 'TEMPORARILY_UNAVAILABLE', detail: '', params: {}, fields: [] }
  await owner.route('**/print-routes/check', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(away) }),
  )
  await owner.goto(publish)
  await owner.getByText('現在連不上出單服務').waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}publish-printing-away-desktop.png`, fullPage: true })
  await owner.getByRole('button', { name: /^發布到 \d+ 間分店/ }).click()
  await owner.getByText(/^已發布到 \d+ 間分店/).waitFor()
  await owner.unroute('**/print-routes/check')
  await owner.getByRole('button', { name: '回到檢查' }).click()
  const again = owner.getByRole('button', { name: '再試一次' })
  if (await again.isVisible()) await again.click()
  await owner.getByText('現在連不上出單服務').waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

// An order that is still to be made.
async function someOrder() {
  const guest = await open(browser, PHONE)
  await order(guest)
  await guest.context().close()
}

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`the prep list stands beside the orders on a ${name}`, async () => {
    await someOrder()
    const owner = await open(browser, device)
    const { orders } = await signIn(owner)
    await owner.goto(orders)
    await owner.getByRole('button', { name: '備料表' }).click()
    const drawer = owner.getByRole('dialog')
    await drawer.getByRole('img', { name: /^備料表/ }).first().waitFor()
    await drawer.getByText(/^\d+ 筆訂單/).waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}prep-list-${name}.png` })
    assert.deepEqual(owner.errors, [])
  })
}

// The calendar takes what is typed once it is open.
async function typeDay(page, field, day) {
  const calendar = page.locator('.ant-picker-dropdown:visible')
  await field.click()
  await calendar.waitFor()
  await field.fill(day)
  await calendar.locator(`td[title="${day}"]`).first().waitFor()
  await field.press('Enter')
  await calendar.waitFor({ state: 'detached' })
}

test('a prep list of a day comes out of the printer that is chosen, and an empty day prints nothing', async () => {
  await someOrder()
  const owner = await open(browser, DESKTOP)
  const { printers, printJobs } = await signIn(owner)
  await owner.goto(printers)
  await owner.getByRole('button', { name: '備料表' }).click()
  const drawer = owner.getByRole('dialog')
  const print = drawer.getByRole('button', { name: '列印備料表' })
  await drawer.getByRole('combobox', { name: '在哪裡印' }).click()
  await owner.locator('.ant-select-dropdown:visible').getByTitle('櫃檯顧客單 · 櫃檯', { exact: true }).click()
  await drawer.getByRole('img', { name: /^備料表/ }).first().waitFor()

  const day = drawer.getByLabel('營業日')
  const today = await day.inputValue()
  await typeDay(owner, day, '2020-01-01')
  await drawer.getByText('這段時間沒有要備的訂單').waitFor()
  assert.ok(await print.isDisabled(), 'there is nothing to print')
  await drawer.getByText('選時段', { exact: true }).click()
  await drawer.getByText('依希望取件時間').waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}prep-list-empty-desktop.png` })
  await drawer.getByText('整天', { exact: true }).click()
  await typeDay(owner, day, today)
  await drawer.getByRole('img', { name: /^備料表/ }).first().waitFor()

  const before = (await slipsOf('counter')).length
  await print.click()
  await owner.getByText('備料表已送去列印').waitFor()
  await until('the prep list', async () => (await slipsOf('counter')).length > before)
  await owner.goto(printJobs)
  await owner.getByRole('row').filter({ hasText: '備料表' }).filter({ hasText: '櫃檯顧客單' }).filter({ hasText: '已印' }).first().waitFor()
  assert.deepEqual(owner.errors, [])
})
