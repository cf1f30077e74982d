// Staff find a member, look at the whole phone with a reason, adjust points, block and tag; the rules of
// points and the tiers are changed with the server's preview beside the form.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, faults, launch, open, pictures, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const digits = (count) => Math.floor(Math.random() * 10 ** count).toString().padStart(count, '0')

// Lets somebody join at the counter and answers who that is.
async function join(page, screens) {
  const branch = /branches\/([^/]+)\//.exec(screens.orders)[1]
  const person = { name: `測試${digits(6)}`, phone: `09${digits(8)}` }
  const answer = await page.evaluate(
    async ([branch, person, key]) => {
      const csrf = /yzm_csrf=([^;]*)/.exec(document.cookie)[1]
      const response = await fetch(`/api/admin/branches/${branch}/members`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': key },
        body: JSON.stringify({ ...person, consents: [{ kind: 'terms', agreed: true, text_version: 'browser' }] }),
      })
      return [response.status, await response.json()]
    },
    [branch, person, `join-${person.phone}`],
  )
  assert.equal(answer[0], 201, JSON.stringify(answer[1]))
  return { ...person, id: answer[1].member.member_id }
}

// Finds the member in the list and opens the profile.
async function find(page, screens, person) {
  await page.goto(screens.members)
  const box = page.getByPlaceholder('姓名、電話開頭或末三碼以上')
  await box.fill(person.phone)
  await box.press('Enter')
  await page.getByRole('link', { name: person.name }).click()
  await page.getByRole('heading', { name: person.name }).waitFor()
}

async function because(page, reason, deed) {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: reason }).click()
  await dialog.getByRole('button', { name: deed, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('a member is found, unmasked with a reason, blocked, and let go again', async () => {
  const owner = await open(browser, DESKTOP)
  const screens = await signIn(owner)
  const person = await join(owner, screens)
  await find(owner, screens, person)
  assert.doesNotMatch(owner.url(), new RegExp(person.phone))
  const contact = owner.getByRole('region', { name: '基本資料' })
  await contact.getByText(/^09\d\d\*+\d{3}/).first().waitFor()
  assert.equal(await contact.getByRole('link').count(), 0)

  await contact.getByRole('button', { name: '看完整資料' }).click()
  await because(owner, '客服聯絡會員', '看完整資料')
  const shown = `${person.phone.slice(0, 4)}-${person.phone.slice(4, 7)}-${person.phone.slice(7)}`
  await contact.getByRole('link', { name: shown }).waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}member-desktop.png`, fullPage: true })

  await owner.getByRole('button', { name: '黑名單', exact: true }).click()
  await owner.getByRole('dialog').getByText('完全不能下單').click()
  await because(owner, '多次未取餐', '設為黑名單')
  await owner.getByText('黑名單：不能下單。').waitFor()
  await owner.getByRole('button', { name: '解除黑名單' }).click()
  await because(owner, '已經處理完', '解除黑名單')
  await owner.getByText('黑名單：不能下單。').waitFor({ state: 'detached' })
  assert.deepEqual(owner.errors, [])
})

test('somebody joins at the counter and has a profile at once', async () => {
  const owner = await open(browser, PHONE)
  const screens = await signIn(owner)
  const name = `櫃台${digits(6)}`
  await owner.goto(screens.members)
  await owner.getByRole('button', { name: '新增會員' }).click()
  const drawer = owner.getByRole('dialog', { name: '新增會員' })
  await drawer.getByRole('button', { name: '加入會員' }).click()
  await drawer.getByText('客人同意才能加入。').waitFor()
  await drawer.getByLabel('電話').fill(`09${digits(8)}`)
  await drawer.getByLabel('姓名').fill(name)
  await drawer.getByText('客人已經同意會員條款與隱私權聲明').click()
  assert.deepEqual(await faults(owner), [])
  await drawer.getByRole('button', { name: '加入會員' }).click()
  await owner.getByRole('heading', { name }).waitFor()
  await owner.screenshot({ path: `${pictures}member-phone.png`, fullPage: true })
  assert.deepEqual(owner.errors, [])
})

test('points given by hand stand in the log in one line; many wait for a second person', async () => {
  const owner = await open(browser, DESKTOP)
  const screens = await signIn(owner)
  const person = await join(owner, screens)
  await find(owner, screens, person)
  const points = owner.getByRole('region', { name: '點數' })
  const adjust = async (count, deed) => {
    await points.getByRole('button', { name: '調整點數' }).click()
    await owner.getByRole('spinbutton', { name: /^點數/ }).fill(String(count))
    await because(owner, '漏給點數', deed)
  }
  await adjust(50, '補 50 點')
  await owner.getByText('點數調整好了').waitFor()
  await adjust(1500, '補 1,500 點')
  await owner.getByText('已送出，等另一位同事覆核').waitFor()

  await points.getByRole('link', { name: '看異動記錄' }).click()
  await owner.getByRole('button', { name: '人工調整：漏給點數' }).first().waitFor()
  await owner.getByText('+50').first().waitFor()
  await owner.screenshot({ path: `${pictures}points-log-desktop.png` })
  await owner.goto(screens.pointAdjustments)
  await owner.getByText('自己申請的要由別的同事覆核。').first().waitFor()
  assert.deepEqual([...(await faults(owner)), ...owner.errors], [])
})

test('a tag asks about a similar name, is given to a member and goes into another one', async () => {
  const owner = await open(browser, DESKTOP)
  const screens = await signIn(owner)
  const person = await join(owner, screens)
  const name = `常來${digits(5)}`
  await owner.goto(screens.tags)
  const add = async (text) => {
    await owner.getByRole('button', { name: '新增標籤' }).first().click()
    const drawer = owner.getByRole('dialog', { name: '新增標籤' })
    await drawer.getByLabel('名稱').fill(text)
    await drawer.getByRole('button', { name: '儲存' }).click()
    return drawer
  }
  await (await add(name)).waitFor({ state: 'detached' })
  const drawer = await add(`${name}！`)
  const question = owner.getByRole('dialog', { name: '已經有很像的標籤' })
  await question.getByRole('button', { name: '意思不一樣，照樣儲存' }).click()
  await drawer.waitFor({ state: 'detached' })

  await owner.getByRole('button', { name: `「${name}！」的動作` }).click()
  await owner.getByRole('menuitem', { name: '加到一批會員' }).click()
  const batch = owner.getByRole('dialog')
  await batch.getByText('貼上電話').click()
  await batch.getByRole('textbox', { name: '電話，一行一個' }).fill(person.phone)
  await batch.getByRole('button', { name: '加到 1 位會員' }).click()
  await batch.waitFor({ state: 'detached' })

  await owner.getByRole('button', { name: `「${name}！」的動作` }).click()
  await owner.getByRole('menuitem', { name: '併入另一個標籤' }).click()
  const merge = owner.getByRole('dialog')
  const into = merge.getByRole('combobox', { name: '併入' })
  await into.fill(name)
  await owner.locator('.ant-select-item-option-active', { hasText: name }).waitFor()
  await into.press('Enter')
  await merge.getByRole('button', { name: `併入「${name}」` }).click()
  await merge.waitFor({ state: 'detached' })

  await find(owner, screens, person)
  await owner.getByRole('region', { name: '標籤' }).getByText(name, { exact: true }).first().waitFor()
  assert.deepEqual(owner.errors, [])
})

// A time on a clock in Taipei, some days from now.
const later = (days) => {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Taipei' }).format(new Date(Date.now() + days * 86_400_000))
  return `${day} 09:00`
}

// Plans the rules on the form for that time, and takes them back.
async function planAndWithdraw(page, time) {
  await page.getByRole('radio', { name: '指定時間' }).click()
  const field = page.getByRole('textbox', { name: '指定時間' })
  await field.fill(time)
  await field.press('Enter')
  await page.getByRole('button', { name: '儲存', exact: true }).click()
  const notice = page.getByRole('alert').filter({ hasText: `${time} 起會換成新的規則` })
  await notice.getByRole('button', { name: '撤回' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click()
  await notice.waitFor({ state: 'detached' })
}

for (const [size, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`rules of points are tried, planned and withdrawn on a ${size}`, async () => {
    const owner = await open(browser, device)
    const { pointRules } = await signIn(owner)
    await owner.goto(pointRules)
    await owner.getByRole('link', { name: '修改規則' }).click()
    await owner.getByRole('spinbutton', { name: '每消費' }).fill('20')
    await owner.getByRole('spinbutton', { name: '試算的金額' }).fill('116')
    await owner.getByText(/^得 5 /).waitFor()
    await owner.getByRole('table').getByText('NT$116').waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}point-rules-${size}.png`, fullPage: true })
    await planAndWithdraw(owner, later(size === 'phone' ? 40 : 30))
    assert.deepEqual(owner.errors, [])
  })
}

test('a change of tiers says whom it moves before it is planned', async () => {
  const owner = await open(browser, DESKTOP)
  const { tiers } = await signIn(owner)
  await owner.goto(tiers)
  await owner.getByRole('link', { name: '修改規則' }).click()
  await owner.getByRole('button', { name: '往上加一級' }).click()
  await owner.getByRole('region', { name: '新等級' }).waitFor()
  await owner.getByText('不變', { exact: true }).waitFor()
  assert.deepEqual(await faults(owner), [])
  await owner.screenshot({ path: `${pictures}tiers-desktop.png`, fullPage: true })
  await planAndWithdraw(owner, later(30))
  assert.deepEqual(owner.errors, [])
})
