// The phone is changed: one that another member has is refused at the phone.
async function changePhone({ page, shoot }) {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "更換手機號碼" }).click();
  const confirm = async (phone) => {
    await dialog.getByLabel("新的手機號碼").fill(phone);
    await dialog.getByRole("button", { name: "傳送驗證碼" }).click();
    await dialog.getByLabel("驗證碼（6 位數字）").fill("246810");
    await shoot("member-phone-code");
    await dialog.getByRole("button", { name: "換成這支號碼" }).click();
  };
  await confirm("0912340000");
  await dialog.getByText("這支電話已經登記過了。").waitFor();
  await shoot("member-phone-taken");
  await confirm("0987654321");
  await dialog.waitFor({ state: "detached" });
  await page.getByText("0987-654-321").waitFor();
}

// A coupon is passed on by a link, which its owner sees too; a friend's coupon is taken.
async function passOn({ page, shoot, shop }) {
  const dialog = page.getByRole("dialog");
  const coupons = page.getByRole("region", { name: "優惠券", exact: true });
  await coupons.getByRole("button", { name: "把生日券 折 30 元轉送給朋友" }).click();
  await dialog.getByRole("button", { name: "產生連結" }).click();
  await dialog.getByLabel("轉送連結").waitFor();
  await shoot("coupon-link");
  await dialog.getByRole("button", { name: "關閉" }).click();
  await coupons.getByText(/轉送中/u).waitFor();
  await shoot("coupon-offered", true);
  await page.goto(`${shop}/coupons/own-link`);
  await page.getByText(/這是您轉送的券/u).waitFor();
  await page.goto(`${shop}/coupons/no-link`);
  await page.getByText(/這個轉贈連結已失效/u).waitFor();
  await shoot("coupon-over");
  await page.goto(`${shop}/coupons/friend-link`);
  await page.getByRole("button", { name: "領取" }).click();
  await page.getByText(/領到了/u).waitFor();
  await shoot("coupon-taken");
  await page.goto(`${shop}/member`);
  await coupons.getByText("開幕折 50 元").waitFor();
}

// Benefits and membership: a guest with a code joins, uses a coupon and points, orders, and sees the own page.
export async function members({ page, shoot, fault, shop }) {
  const dialog = page.getByRole("dialog");
  const benefits = page.getByRole("region", { name: "優惠", exact: true });
  await page.goto(shop);
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${shop}?item=p-奶茶-0`);
  await dialog.getByText("大", { exact: true }).click();
  await dialog.getByText("半糖").click();
  await dialog.getByText("少冰").click();
  for (let more = 0; more < 3; more += 1) await dialog.getByRole("button", { name: "增加珍珠奶茶" }).click();
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  await page.goto(`${shop}?cart`);
  await benefits.getByText(/再消費 NT\$\d+ 即可使用/u).waitFor();
  await shoot("benefits-cart");
  await page.goto(`${shop}/checkout`);
  await benefits.getByRole("textbox", { name: "優惠碼" }).fill("nothing");
  await benefits.getByRole("button", { name: "套用" }).click();
  await benefits.getByText(/未套用：沒有這個優惠碼/u).waitFor();
  await benefits.getByRole("textbox", { name: "優惠碼" }).fill("summer50");
  await page.keyboard.press("Enter");
  await benefits.getByText("已套用，折 NT$50").waitFor();
  await shoot("benefits-codes", true);
  await benefits.getByRole("button", { name: "移除優惠碼 nothing" }).click();

  await benefits.getByRole("link", { name: /登入會員/u }).click();
  await dialog.getByLabel("手機號碼").fill("0912345678");
  await shoot("sign-in");
  await dialog.getByRole("button", { name: "傳送驗證碼" }).click();
  await dialog.getByLabel("驗證碼（6 位數字）").fill("111111");
  await dialog.getByRole("button", { name: "登入或加入", exact: true }).click();
  await dialog.getByText("還可以試 4 次").waitFor();
  await dialog.getByLabel("驗證碼（6 位數字）").fill("246810");
  await dialog.getByLabel("怎麼稱呼").fill("王小姐");
  await dialog.getByLabel(/我同意會員條款/u).check();
  await shoot("sign-in-code");
  await dialog.getByRole("button", { name: "登入或加入", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  if ((await page.getByLabel("怎麼稱呼").inputValue()) !== "王小姐") fault("the name is not filled in");
  await benefits.getByText("已套用，折 NT$50").waitFor();
  await benefits.getByRole("button", { name: "使用生日券 折 30 元" }).click();
  await benefits.getByText("已套用，折 NT$30").waitFor();
  await benefits.getByRole("button", { name: "折抵最多" }).click();
  await benefits.getByText(/^用 \d+ 點，折 NT\$\d+$/u).waitFor();
  await page.getByText(/完成後可得 \d+ 點/u).waitFor();
  await shoot("benefits-member", true);
  // A code that is only typed is applied first; it does nothing, which is said before the order goes without it.
  await benefits.getByRole("textbox", { name: "優惠碼" }).fill("forgotten");
  await page.getByRole("button", { name: /送出訂單/u }).click();
  await page.getByRole("link", { name: "優惠碼 forgotten沒有套用，看原因" }).waitFor();
  await shoot("benefits-unused");
  await page.getByRole("button", { name: /送出訂單/u }).click();
  await page.waitForURL(/orders/u);
  await page.getByText("使用的優惠").waitFor();
  await page.getByRole("list", { name: "沒有套用的優惠" }).getByText(/未套用：沒有這個優惠碼/u).waitFor();
  await shoot("benefits-order", true);

  await page.goto(`${shop}/member`);
  await page.getByText("日日點").first().waitFor();
  await shoot("member", true);
  await page.getByRole("button", { name: "會員條碼" }).click();
  await dialog.getByRole("img", { name: "會員條碼" }).waitFor();
  await shoot("member-card");
  await dialog.getByRole("button", { name: "關閉" }).click();
  await page.getByRole("button", { name: "新增地址" }).click();
  await shoot("member-address");
  await dialog.getByRole("button", { name: "關閉" }).click();
  await changePhone({ page, shoot });
  await passOn({ page, shoot, shop });
  await page.getByRole("button", { name: "登出這台裝置" }).click();
  await page.getByText("還沒登入").waitFor();
  await shoot("member-guest");
}
