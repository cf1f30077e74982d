// Members pass coupons on by a link, and change their phone; friends take what was passed on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'
import { asStaff, giveCoupon, join, mark, memberId, memberPage, newPhone, sentCode } from '../members.js'

let browser
let staff
let brandId
let branchId
let duplicates
before(async () => {
  browser = await launch()
  staff = await open(browser, DESKTOP)
  const screens = await signIn(staff)
  brandId = /brands\/([^/]+)\//.exec(screens.promoCodes)[1]
  branchId = /branches\/([^/]+)\//.exec(screens.orders)[1]
  duplicates = screens.duplicates
})
after(() => browser.close())

const coupons = (page) => page.getByRole('region', { name: '優惠券', exact: true })

// A new member on the own page.
async function joined(device) {
  const page = await open(browser, device)
  await page.goto(memberPage)
  await page.getByRole('link', { name: '登入或加入會員' }).click()
  await join(page, newPhone())
  await page.getByRole('button', { name: '會員條碼' }).waitFor()
  return page
}

test('a coupon is passed on by a link, which is taken back or taken by a friend once', async () => {
  const owner = await joined(PHONE)
  const name = `轉送折 6 ${mark()}`
  await giveCoupon(staff, brandId, await memberId(owner), name, 6, { transferable: true })
  await owner.reload()
  const sheet = owner.getByRole('dialog')
  const makeLink = async () => {
    await coupons(owner).getByRole('button', { name: `把${name}轉送給朋友` }).click()
    await sheet.getByRole('button', { name: '產生連結' }).click()
    return sheet.getByLabel('轉送連結').inputValue()
  }
  const first = await makeLink()
  await sheet.getByRole('button', { name: '關閉' }).click()
  await coupons(owner).getByRole('button', { name: `收回${name}的轉送連結` }).click()
  await coupons(owner).getByText(/轉送中/).waitFor({ state: 'detached' })

  const link = await makeLink()
  assert.match(link, /\/coupons\/[\w-]+$/)
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}coupon-link-phone.png` })
  await sheet.getByRole('button', { name: '關閉' }).click()
  await coupons(owner).getByText(/轉送中/).waitFor()
  await owner.goto(link)
  await owner.getByText(/這是您轉送的券/).waitFor()

  const friend = await open(browser, PHONE)
  await friend.goto(link)
  await friend.getByText(name).waitFor()
  assert.deepEqual(await faults(friend), [])
  await friend.getByRole('link', { name: '登入或加入會員' }).click()
  await join(friend, newPhone())
  await friend.getByRole('button', { name: '領取' }).click()
  await friend.getByText('領到了，結帳時就能使用。').waitFor()
  await friend.screenshot({ path: `${pictures}coupon-taken-phone.png` })
  await friend.getByRole('link', { name: '看我的優惠券' }).click()
  await coupons(friend).getByText(name).waitFor()

  const late = await open(browser, DESKTOP)
  for (const over of [first, link]) {
    await late.goto(over)
    await late.getByText(/這個轉贈連結已失效/).waitFor()
  }
  assert.deepEqual(await faults(late), [])
  await owner.goto(memberPage)
  await coupons(owner).getByText('已使用或過期').click()
  const passed = coupons(owner).getByRole('listitem').filter({ hasText: name })
  await passed.getByText('已轉贈').waitFor()
  assert.deepEqual([...owner.errors, ...friend.errors, ...late.errors], [])
})

test('a phone is changed with a code; that of another member is refused', async () => {
  // Somebody joined at the counter, so that no code was sent to that phone lately.
  const taken = newPhone()
  const terms = { kind: 'terms', agreed: true, text_version: 'browser' }
  await asStaff(staff, 'POST', `/branches/${branchId}/members`, { name: '櫃台會員', phone: taken, consents: [terms] })
  const page = await joined(PHONE)
  const sheet = page.getByRole('dialog')
  const send = async (phone) => {
    await sheet.getByLabel('新的手機號碼').fill(phone)
    await sheet.getByRole('button', { name: '傳送驗證碼' }).click()
  }
  const confirm = async (phone) => {
    await send(phone)
    await sheet.getByLabel('驗證碼（6 位數字）').waitFor()
    await sheet.getByLabel('驗證碼（6 位數字）').fill(await sentCode(phone))
    await sheet.getByRole('button', { name: '換成這支號碼' }).click()
  }
  await page.getByRole('button', { name: '更換手機號碼' }).click()
  await send('02-2521-0001')
  await sheet.getByRole('alert').waitFor()
  assert.deepEqual(await faults(page), [])
  await confirm(taken)
  await sheet.getByText('這支電話已經登記過了。').waitFor()
  await sheet.getByText('如果兩個會員都是您，請店家幫您合併。').waitFor()
  await page.screenshot({ path: `${pictures}member-phone-taken.png` })
  const phone = newPhone()
  await confirm(phone)
  await sheet.waitFor({ state: 'detached' })
  await page.getByText(`${phone.slice(0, 4)}-${phone.slice(4, 7)}-${phone.slice(7)}`).waitFor()

  // Staff sees that both may be one person.
  await staff.goto(duplicates)
  await staff.getByText('驗證過對方的電話').first().waitFor()
  assert.deepEqual(await faults(staff), [])
  assert.deepEqual(page.errors, [])
})

test('the own page is complete in English on a desktop', async () => {
  const page = await joined(DESKTOP)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Membership' }).waitFor()
  await page.getByRole('button', { name: 'Change your number' }).waitFor()
  const brand = await page.getByRole('banner').getByRole('paragraph').textContent()
  const chinese = await page.evaluate(() => {
    const main = document.querySelector('main')
    return (main?.textContent ?? '').match(/[一-鿿]+/g) ?? []
  })
  // What the shop and the customer wrote stays as it is: names of coupons, tiers and people.
  const own = [brand, '測試會員', '折', '元', '每筆訂單限用一張', '滿', '一般', '銀卡', '金卡', '點']
  assert.deepEqual(chinese.filter((word) => !own.some((part) => part.includes(word) || word.includes(part))), [])
  assert.deepEqual(await faults(page), [])
  await page.screenshot({ path: `${pictures}member-desktop-en.png`, fullPage: true })
  assert.deepEqual(page.errors, [])
})
