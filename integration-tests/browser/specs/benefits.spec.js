// A planner makes a promotion, a code and a kind of coupon; the counter redeems without a line and sees the conflict.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const mark = () => Date.now().toString(36).toUpperCase().slice(-6)
const sentence = (page) => page.getByRole('status', { name: '這個設定的意思' })

test('a promotion is tried, checked, enabled, paused and ended', async () => {
  const page = await open(browser, DESKTOP)
  const screens = await signIn(page)
  const name = `測試滿額折 ${mark()}`
  await page.goto(screens.newPromotion)
  await page.getByRole('radio', { name: '任選 N 件' }).click()
  await sentence(page).getByText('任選 3 件 99 元').waitFor()
  // No order of the other tests comes to so much.
  await page.getByRole('radio', { name: '滿額折' }).click()
  await page.getByRole('spinbutton', { name: '第 1 階的門檻' }).fill('99999')
  await sentence(page).getByText('滿 99,999 元折 50 元').waitFor()

  await page.getByRole('button', { name: '存成草稿' }).click()
  await page.getByText('請填客人看到的名稱').waitFor()
  await page.getByRole('textbox', { name: '優惠名稱' }).fill('滿額折 50')
  await page.getByRole('textbox', { name: '活動名稱（內部）' }).fill(name)
  await page.getByRole('region', { name: '試算' }).getByText(/再消費 NT\$[\d,]+ 即可使用/).waitFor()
  await page.screenshot({ path: `${pictures}promotion-desktop.png` })
  await page.getByRole('button', { name: '存成草稿' }).click()

  await page.getByRole('button', { name: '檢查並啟用' }).click()
  const check = page.getByRole('dialog', { name: '啟用前檢查' })
  await check.getByText('沒有商品會低於 0 元或成本。').waitFor()
  await check.getByRole('button', { name: '開始重算' }).click()
  const proof = check.getByText(/筆用當時的設定算出一樣的金額/)
  await proof.waitFor({ timeout: 60_000 })
  // Orders with codes, coupons and points are among them, and every one comes to what it was sold at.
  const [reproduced, all] = (await proof.textContent()).match(/\d+/g).map(Number)
  assert.ok(all > 0 && reproduced === all, `${reproduced} of ${all}`)
  assert.deepEqual(await faults(page), [])
  await check.getByRole('button', { name: '啟用', exact: true }).click()
  await check.waitFor({ state: 'detached' })
  await page.getByText('進行中', { exact: true }).waitFor()

  await page.getByRole('button', { name: '暫停', exact: true }).click()
  await page.getByText('暫停', { exact: true }).first().waitFor()
  await page.goto(screens.promotions)
  await page.getByRole('row', { name: new RegExp(name) }).getByText('暫停').waitFor()
  await page.getByRole('link', { name }).click()
  await page.getByRole('button', { name: '其他動作' }).click()
  await page.getByRole('menuitem', { name: '結束活動' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '結束活動' }).click()
  await page.getByText('這個活動已經結束，不能再改。').waitFor()
  assert.deepEqual(page.errors, [])
})

test('a code is taken once while it is on, and can be switched off', async () => {
  const page = await open(browser, DESKTOP)
  const screens = await signIn(page)
  const code = `TRY-${mark()}`
  const make = async () => {
    await page.goto(screens.newPromoCode)
    await page.getByRole('textbox', { name: '優惠碼' }).fill(code.toLowerCase())
    await page.getByRole('textbox', { name: '優惠名稱' }).fill('試用 50')
    await page.getByRole('textbox', { name: '名稱（內部）' }).fill(`試用 ${code}`)
    await page.getByRole('button', { name: '建立' }).click()
  }
  await make()
  await page.getByRole('button', { name: '停用' }).waitFor()
  await make()
  await page.getByText('這個代碼已經有人用了，請換一個。').waitFor()

  // What was typed is left behind on purpose.
  page.once('dialog', (dialog) => dialog.accept())
  await page.goto(screens.promoCodes)
  const row = page.getByRole('row', { name: new RegExp(code) })
  await row.getByRole('checkbox').check()
  await page.getByRole('region', { name: '對選取的項目' }).getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await row.getByText(/停用/).first().waitFor()
  assert.deepEqual(page.errors, [])
})

test('a kind of coupon is made and activated', async () => {
  const page = await open(browser, DESKTOP)
  const screens = await signIn(page)
  const name = `測試券 ${mark()}`
  await page.goto(screens.newCoupon)
  await page.getByRole('radiogroup', { name: '哪一種優惠' }).getByRole('radio', { name: '打折' }).click()
  await sentence(page).getByText('全單打 9 折').waitFor()
  await page.getByRole('textbox', { name: '優惠名稱' }).fill('九折券')
  await page.getByRole('textbox', { name: '券種名稱（內部）' }).fill(name)
  await page.getByRole('button', { name: '存成草稿' }).click()
  await page.getByRole('button', { name: '啟用' }).click()
  await page.getByRole('button', { name: '發券' }).waitFor()
  await page.getByText('已發的券', { exact: true }).click()
  await page.getByText('還沒有發出這種券。').waitFor()
  assert.deepEqual(await faults(page), [])
  await page.goto(screens.coupons)
  await page.getByRole('row', { name: new RegExp(name) }).getByText('啟用').waitFor()
  assert.deepEqual(page.errors, [])
})

test('the counter keeps a scan without a line and lists the conflict once the line is back', async () => {
  const page = await open(browser, PHONE)
  const { redeem } = await signIn(page)
  await page.goto(redeem)
  const field = page.getByRole('textbox', { name: '券號' })
  await field.fill('abcd-2345-wxyz')
  await field.press('Enter')
  await page.getByText('沒有這張券，請再確認券號。').waitFor()
  await page.getByRole('button', { name: '下一張' }).click()

  await page.context().setOffline(true)
  await field.fill('abcd-2345-wxyz')
  await field.press('Enter')
  await page.getByRole('button', { name: '先記下，連上再核銷' }).click()
  const waiting = page.getByRole('region', { name: '等待連線的券（1）' })
  await waiting.getByText('ABCD2345WXYZ').waitFor()
  await page.screenshot({ path: `${pictures}redeem-phone.png` })

  await page.context().setOffline(false)
  const conflicts = page.getByRole('region', { name: '需要處理的券（1）' })
  await conflicts.getByText('沒有這張券，請再確認券號。').waitFor()
  assert.deepEqual(await faults(page), [])
  await conflicts.getByRole('button', { name: '知道了' }).click()
  await conflicts.waitFor({ state: 'detached' })
  assert.deepEqual(page.errors, [])
})
