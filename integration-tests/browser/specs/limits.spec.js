// A manager takes no orders for tomorrow: its slots are full for customers, the heat map shows it, and back again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// Every slot of a business day as customers are offered it.
const slotsOf = (page, day) =>
  page.evaluate(
    async ([brand, branch, day]) => {
      const answer = await fetch(`/api/shop/${brand}/${branch}/availability`, { cache: 'no-store' })
      const { slots } = await answer.json()
      return slots.filter((slot) => slot.business_day === day).map((slot) => slot.state)
    },
    [...endpoints.demo.open, day],
  )

// Waits until all slots of a day pass a test, as the customer's page would learn it.
async function until(page, day, passes) {
  let states = []
  for (let tries = 0; tries < 40; tries += 1) {
    states = await slotsOf(page, day)
    if (states.length > 0 && states.every(passes)) return
    await page.waitForTimeout(250)
  }
  assert.fail(`slots of ${day}: ${[...new Set(states)].join(', ') || 'none'}`)
}

async function save(page) {
  await page.getByRole('button', { name: '檢查並儲存' }).click()
  const drawer = page.getByRole('dialog', { name: '儲存前先看看' })
  await drawer.getByText(/用這個設定/).waitFor()
  await drawer.getByRole('button', { name: '儲存', exact: true }).click()
  await drawer.waitFor({ state: 'detached' })
  await page.getByText('有還沒儲存的變更').waitFor({ state: 'detached' })
}

test('a limit made in a minute fills the slots of its day, shows in the heat map, and opens them when it goes', async () => {
  const manager = await open(browser, DESKTOP)
  const { limits, limitRules } = await signIn(manager)
  const tomorrow = await manager.evaluate(() => {
    const shown = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Taipei' })
    // The business day turns over at 04:00.
    return shown.format(new Date(Date.now() - 4 * 3_600_000 + 86_400_000))
  })
  await until(manager, tomorrow, (state) => state !== 'full')

  await manager.goto(limitRules)
  await manager.getByRole('button', { name: '新增限制' }).click()
  const drawer = manager.getByRole('dialog', { name: '新增限制' })
  await drawer.getByRole('radio', { name: '單數' }).click()
  await drawer.getByRole('spinbutton', { name: '最多多少' }).fill('0')
  await drawer.getByRole('radio', { name: '指定一天' }).click()
  const date = drawer.getByRole('textbox', { name: '指定一天' })
  await date.fill(tomorrow)
  await date.press('Enter')
  await drawer.getByText(/^只有 .+ · 全部商品 · 不接單$/).waitFor()
  await drawer.getByRole('button', { name: '加進清單' }).click()
  await save(manager)
  await manager.screenshot({ path: `${pictures}limit-rules-desktop.png` })
  await until(manager, tomorrow, (state) => state === 'full' || state === 'past')

  await manager.goto(limits)
  const table = manager.getByRole('region', { name: '接下來幾天的負載' })
  await table.getByRole('button', { name: /已滿，不接單/ }).first().waitFor()
  await manager.screenshot({ path: `${pictures}load-desktop.png` })
  await table.getByRole('button', { name: /已滿，不接單/ }).first().click()
  await manager.getByRole('dialog').getByText(/· 全部商品 · 不接單$/).first().waitFor()

  const phone = await open(browser, PHONE)
  const { limits: onPhone } = await signIn(phone)
  await phone.goto(onPhone)
  await phone.getByRole('button', { name: '後一天' }).click()
  await phone.getByRole('heading', { name: '明天' }).waitFor()
  await phone.getByRole('button', { name: /不接單/ }).first().waitFor()
  await phone.screenshot({ path: `${pictures}load-phone.png` })

  await manager.goto(limitRules)
  const [, month, day] = tomorrow.split('-').map(Number)
  await manager.getByRole('button', { name: new RegExp(`只有 ${month}/${day}（.+ 不接單」的其他動作$`) }).click()
  await manager.getByRole('menuitem', { name: '刪除' }).click()
  await save(manager)
  await until(manager, tomorrow, (state) => state !== 'full')
  await manager.getByRole('button', { name: '變更紀錄' }).click()
  await manager.getByRole('dialog', { name: '變更紀錄' }).getByText('使用中').waitFor()
  assert.deepEqual([...manager.errors, ...phone.errors], [])
})
