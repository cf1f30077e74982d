import type { Text } from "../translator";

/**
 * What a benefit did, by the kind of its explanation. `{percent}`, `{amount}` and `{price}` come in words already:
 * 打 9 折, 10 元, 99 元.
 */
export const explanationTexts = {
  item_percent: ["{percent}", "{percent}"],
  item_amount: ["每件折 {amount}", "{amount} off each"],
  item_price: ["特價 {price}", "{price} each"],
  item_free: ["免費兌換", "Free of charge"],
  nth_unit_percent: ["第 {n} 件{percent}", "Item {n}: {percent}"],
  nth_unit_amount: ["第 {n} 件折 {amount}", "Item {n}: {amount} off"],
  nth_unit_price: ["第 {n} 件 {price}", "Item {n} for {price}"],
  nth_unit_free: ["第 {n} 件免費", "Item {n} free"],
  any_n_price: ["任選 {n} 件 {price}", "Any {n} for {price}"],
  any_n_percent: ["任選 {n} 件{percent}", "Any {n}: {percent}"],
  buy_get_percent: ["買 {buy} 件，再 {get} 件{percent}", "Buy {buy}, get {get} more: {percent}"],
  buy_get_amount: ["買 {buy} 件，再 {get} 件各折 {amount}", "Buy {buy}, get {get} more: {amount} off each"],
  buy_get_price: ["買 {buy} 件，再 {get} 件各 {price}", "Buy {buy}, get {get} more for {price} each"],
  buy_get_free: ["買 {buy} 送 {get}", "Buy {buy}, get {get} free"],
  bundle: ["組合價 {price}", "Set for {price}"],
  order_percent: ["全單{percent}", "{percent} the order"],
  order_amount: ["全單折 {amount}", "{amount} off the order"],
  spend_percent: ["滿 {at}{percent}", "{percent} from {at}"],
  spend_amount: ["滿 {at}折 {amount}", "{amount} off from {at}"],
  units_percent: ["滿 {at} 件{percent}", "{percent} from {at} items"],
  units_amount: ["滿 {at} 件折 {amount}", "{amount} off from {at} items"],
  gift: ["贈品", "Gift"],
  add_on: ["加價購 {price}", "Offered for {price}"],
  delivery_free: ["免外送費", "Free delivery"],
  delivery_percent: ["外送費{percent}", "Delivery: {percent}"],
  delivery_amount: ["外送費折 {amount}", "{amount} off delivery"],
  points: ["用 {points} 點折抵", "{points} points used"],
} as const satisfies Record<string, Text>;

export const wordTexts = {
  percentOff: ["打 {rate} 折", "{rate}% off"],
  off: ["{what}：折 {off}", "{what}: {off} off"],
  times: ["{what}，共 {times} 次", "{what}, {times} times"],
  limited: ["{what}（到折扣上限）", "{what} (up to its limit)"],
  dollars: ["{amount} 元", "NT${amount}"],
} as const satisfies Record<string, Text>;
