// What tests of members share: phones and their codes, joining, and what staff prepares through the admin's API.
import assert from 'node:assert/strict'
import { endpoints, faults } from './browser.js'

export const mark = () => Date.now().toString(36).toUpperCase().slice(-6)
export const newPhone = () => `09${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`
export const shop = endpoints.storefront.replace(/\/$/, '')
export const memberPage = `${shop}/member`

// Calls the admin's API as the account that is signed in on the page.
export async function asStaff(page, method, path, body) {
  const [status, answer] = await page.evaluate(
    async ([method, path, body, key]) => {
      const csrf = /yzm_csrf=([^;]*)/.exec(document.cookie)[1]
      const headers = { 'content-type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': key }
      const response = await fetch(`/api/admin${path}`, { method, headers, body: JSON.stringify(body) })
      return [response.status, await response.json()]
    },
    [method, path, body, `${path}-${mark()}-${Math.random()}`],
  )
  assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  return answer
}

// A rule of a brand that takes an amount off whatever is ordered.
export const amountOff = (brandId, name, amount) => ({
  name,
  conditions: { brand_ids: [brandId] },
  effect: { order: { thresholds: [{ at: 0, off: { amount } }] } },
})

// A kind of coupon that can be issued, by its id.
export async function activeTemplate(staff, template) {
  const created = await asStaff(staff, 'POST', '/coupon-templates', { template: { terms: '測試用', validity: { days: 30 }, ...template } })
  const { template_id, version } = created.template
  await asStaff(staff, 'POST', `/coupon-templates/${template_id}/state`, { version, state: 'active' })
  return template_id
}

// Gives a member a coupon of a new kind.
export async function giveCoupon(staff, brandId, memberId, name, amount, more = {}) {
  const template = await activeTemplate(staff, { internal_name: `${name} ${mark()}`, rule: amountOff(brandId, name, amount), ...more })
  await asStaff(staff, 'POST', `/coupon-templates/${template}/coupons`, { member_ids: [memberId] })
}

// The code that was sent to a phone last.
export async function sentCode(phone) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const response = await fetch(`${endpoints.sandbox.control}/sms/messages?to=%2B886${phone.slice(1)}`)
    const [message] = await response.json()
    const code = /\d{6}/.exec(message?.text ?? '')?.[0]
    if (code) return code
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('no code was sent')
}

// Confirms a phone in the open sheet, and joins.
export async function join(page, phone) {
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('手機號碼').fill(phone)
  await sheet.getByRole('button', { name: '傳送驗證碼' }).click()
  const field = sheet.getByLabel('驗證碼（6 位數字）')
  await field.fill(await sentCode(phone))
  await sheet.getByLabel('怎麼稱呼').fill('測試會員')
  await sheet.getByLabel(/我同意會員條款/).check()
  assert.deepEqual(await faults(page), [])
  await sheet.getByRole('button', { name: '登入或加入', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })
}

// Who is signed in on the page.
export const memberId = (page) =>
  page.evaluate(async (brand) => (await (await fetch(`/api/members/${brand}/me`)).json()).me.member_id, endpoints.demo.open[0])
