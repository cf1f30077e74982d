// A browser with many tabs: they share their event streams, so that connections are left for the rest.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, endpoints, launch, open, order, signIn } from '../browser.js'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

test('with eight tabs of shop, order and board open, another one still loads and orders', async () => {
  const first = await open(browser, PHONE)
  const context = first.context()
  const { orders: board } = await signIn(first)
  const customer = await context.newPage()
  await order(customer)
  const status = customer.url()

  for (const address of [board, board, endpoints.storefront, endpoints.storefront, endpoints.storefront, status, status]) {
    const tab = await context.newPage()
    await tab.goto(address)
  }
  const boards = context.pages().filter((tab) => tab.url() === board)
  const another = await context.newPage()
  another.setDefaultTimeout(20_000)
  const number = await order(another)
  // A tab without a connection of its own also receives the new order.
  for (const tab of boards) await tab.getByText(number, { exact: true }).first().waitFor()
  assert.deepEqual(first.errors, [])
})
