// An owner whose password was entered long ago is asked for it once more where it matters, and nothing
// typed is lost.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { DESKTOP, PHONE, endpoints, faults, launch, open, pictures, signIn } from '../browser.js'

// What the sandbox takes for LINE Pay: the demo's own, so that the account works as before.
const SECRET = 'a917ab6a2367b536f8e5a6e2977e06f4'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

// One command to the platform's Redis.
function redis(...words) {
  const { hostname, port } = new URL(endpoints.redis)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      const end = answer.indexOf('\r\n')
      if (end < 0) return
      const head = answer.subarray(0, end).toString()
      const size = head.startsWith('$') ? Number(head.slice(1)) : 0
      const body = answer.subarray(end + 2)
      if (size > 0 && body.length < size + 2) return
      socket.end()
      if (head.startsWith('-')) reject(new Error(head))
      else resolve(head.startsWith('$') ? body.subarray(0, size).toString() : head.slice(1))
    })
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    socket.write(`*${words.length}\r\n${parts.join('')}`)
  })
}

// Signs the owner in without opening a page, so that no gateway knows the session yet, and makes it one
// that was opened ten minutes ago.
async function signedInLongAgo(device) {
  const page = await open(browser, device)
  const { organisation, account, password } = endpoints.demo
  const data = { organisation_code: organisation, account, password }
  const answer = await page.context().request.post(`${endpoints.gateway}/api/admin/sign-in`, { data })
  assert.equal(answer.status(), 200, await answer.text())
  const cookies = await page.context().cookies(endpoints.gateway)
  const secret = cookies.find(({ name }) => name === 'yzm_session').value
  const key = `staff:session:${createHash('sha256').update(secret).digest('base64url')}`
  const session = JSON.parse(await redis('GET', key))
  session.created_at = new Date(Date.now() - 600_000).toISOString()
  assert.equal(await redis('SET', key, JSON.stringify(session), 'KEEPTTL'), 'OK')
  return page
}

async function replaceKeys(owner, payments) {
  await owner.goto(`${payments}?tab=accounts`)
  const account = owner.getByRole('article', { name: 'LINE Pay', exact: true })
  await account.getByRole('button', { name: '更換金鑰' }).click()
  const drawer = owner.getByRole('dialog', { name: '更換「LINE Pay」的金鑰' })
  await drawer.getByLabel('channelSecret').fill(SECRET)
  await drawer.getByRole('button', { name: '換成新金鑰' }).click()
  const question = owner.getByRole('dialog', { name: '請再輸入一次密碼' })
  await question.waitFor()
  return { drawer, question }
}

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`keys are replaced once the password was entered again, on a ${name}`, async () => {
    const { payments } = await signIn(await open(browser, DESKTOP))
    const owner = await signedInLongAgo(device)
    const { drawer, question } = await replaceKeys(owner, payments)
    await question.getByLabel('你的登入密碼').fill('not this one')
    await question.getByRole('button', { name: '確認密碼' }).click()
    await question.getByText('密碼不對，請再試一次。').waitFor()
    assert.deepEqual(await faults(owner), [])
    await owner.screenshot({ path: `${pictures}password-again-${name}.png` })
    assert.equal(await drawer.getByLabel('channelSecret').inputValue(), SECRET)

    await question.getByLabel('你的登入密碼').fill(endpoints.demo.password)
    await question.getByRole('button', { name: '確認密碼' }).click()
    await owner.getByText('換好了，舊金鑰的付款通知還會認 7 天').waitFor()
    assert.deepEqual(owner.errors, [])
  })
}

test('leaving the question keeps the form, which then says what is missing', async () => {
  const { payments } = await signIn(await open(browser, DESKTOP))
  const owner = await signedInLongAgo(DESKTOP)
  const { drawer, question } = await replaceKeys(owner, payments)
  await question.getByRole('button', { name: '先不要' }).click()
  await drawer.getByText('這個動作要再輸入一次密碼。').waitFor()
  assert.equal(await drawer.getByLabel('channelSecret').inputValue(), SECRET)
  assert.deepEqual(owner.errors, [])
})
