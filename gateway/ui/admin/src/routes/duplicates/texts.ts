import type { Texts } from "@yizhimai/kit";

export const texts = {
  title: ["可能重複的會員", "Members that may be one person"],
  hint: ["同一個人有兩份資料時，合併以後點數、標籤、優惠券和訂單都會在一起。30 天內可以取消。", "Where one person is there twice: merging brings points, tags, coupons and orders together. It can be undone for 30 days."],
  none: ["沒有可能重複的會員", "No member seems to be there twice"],
  noneHint: ["系統會找同一個 LINE、同一個 Email，或同姓名同生日的會員。", "Members with the same LINE account, the same e-mail, or the same name and birthday are suggested."],
  ofBrandOnly: ["合併會員由總部或品牌處理，你的帳號只管理分店。", "Members are merged by the organisation or brand; your account works for branches only."],
  older: ["保留（較早加入）", "Kept (joined first)"],
  newer: ["併入後不再使用", "Merged into it"],
  field: ["項目", "What"],
  merge: ["合併", "Merge"],
  mergeTitle: ["把「{newer}」併入「{older}」", "Merge {newer} into {older}"],
  mergeText: ["點數、標籤、優惠券、地址和訂單都會歸到較早加入的那一位。30 天內可以在會員頁取消。", "Points, tags, coupons, addresses and orders go to the one who joined first. It can be undone on the member's page for 30 days."],
  mergeWhySame: ["確認是同一個人", "It is the same person"],
  mergeWhyPhone: ["會員換了電話", "The member has a new phone"],
  merged: ["合併好了", "Merged"],
  apart: ["不是同一個人", "Two persons"],
  apartDone: ["之後不會再提示這一對", "This pair is not suggested again"],
} as const satisfies Texts;
