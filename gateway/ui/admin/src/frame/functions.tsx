import {
  AppstoreOutlined,
  AuditOutlined,
  BookOutlined,
  ClockCircleOutlined,
  ContainerOutlined,
  CreditCardOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  CrownOutlined,
  FileDoneOutlined,
  FlagOutlined,
  GiftOutlined,
  IdcardOutlined,
  PauseCircleOutlined,
  PercentageOutlined,
  PrinterOutlined,
  ProductOutlined,
  ReconciliationOutlined,
  RocketOutlined,
  ScanOutlined,
  ShopOutlined,
  StarOutlined,
  TagOutlined,
  TagsOutlined,
  TeamOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons";
import type { Text } from "@yizhimai/kit";
import type { ReactNode } from "react";

import type { Level, Me, Plan } from "../data/types";
import { paths } from "../paths";
import { may, mayDo, type Action, type Permission } from "../session/may";
import { texts } from "./texts";
import type { WorkScope } from "./use-scope";

/** A function of the manual that works, under its own name. */
export interface WorkFunction {
  id: string;
  title: Text;
  /** Further words it is found by, besides its names in both languages. */
  also: string;
  icon: ReactNode;
  /** The manual's function it is a part of, where that one has several screens. */
  of?: Text;
  permission: Permission;
  /** Level of the permission; to view where left out. */
  level?: Level;
  /** Sensitive action that it needs as well. */
  action?: Action;
  /** The plan that brings it in full; without it the menu says so and the screen explains itself. */
  plan?: Plan;
  path: (scope: WorkScope) => string | undefined;
}

export interface FunctionGroup {
  title: Text;
  functions: readonly WorkFunction[];
}

const inBrand = (path: (brandId: string) => string) => (scope: WorkScope) => scope.brand && path(scope.brand.brand_id);
const inBranch = (path: (branchId: string) => string) => (scope: WorkScope) => scope.branch && path(scope.branch.branch_id);

/** The manual's groups in its order; a group stands here once one of its functions works. */
export const functionGroups: readonly FunctionGroup[] = [
  {
    title: texts.groups.setup,
    functions: [
      { id: "products", of: texts.functionNames.catalogue, title: texts.functionNames.products, also: "店家 產品設定 商品 品項 product menu item F03", icon: <ProductOutlined />, permission: "store.catalog", path: inBrand(paths.products) },
      { id: "categories", of: texts.functionNames.catalogue, title: texts.functionNames.categories, also: "店家 產品設定 分類 category F03", icon: <AppstoreOutlined />, permission: "store.catalog", path: inBrand(paths.categories) },
      { id: "option-groups", of: texts.functionNames.catalogue, title: texts.functionNames.optionGroups, also: "店家 產品設定 加料 甜度 冰量 option topping F03", icon: <TagsOutlined />, permission: "store.catalog", path: inBrand(paths.optionGroups) },
      { id: "publish", of: texts.functionNames.catalogue, title: texts.functionNames.publish, also: "發布 強制更新客戶端菜單 publish menu F03", icon: <RocketOutlined />, permission: "store.catalog", path: inBrand(paths.publish) },
      { id: "shop", of: texts.functionNames.catalogue, title: texts.functionNames.shop, also: "店家 品牌 分店 基本資料 shop brand branch F03", icon: <ShopOutlined />, permission: "store.catalog", path: inBrand(paths.shop) },
      { id: "hours", title: texts.functionNames.hours, also: "營業時間 時段 hours slot F04", icon: <ClockCircleOutlined />, permission: "store.hours", path: inBranch(paths.hours) },
    ],
  },
  {
    title: texts.groups.daily,
    functions: [
      { id: "orders", title: texts.functionNames.orders, also: "訂單 接單 備料表 order board prep list F09", icon: <ContainerOutlined />, permission: "ops.orders", path: inBranch(paths.orders) },
      { id: "stock", title: texts.functionNames.stock, also: "庫存 盤點 進貨 stock inventory count F10", icon: <DatabaseOutlined />, permission: "ops.stock", path: inBranch(paths.stock) },
      { id: "pauses", title: texts.functionNames.pauses, also: "暫停銷售 售完 缺貨 恢復 pause sale 86 F11", icon: <PauseCircleOutlined />, permission: "ops.pause", path: inBranch(paths.pauses) },
      { id: "limits", title: texts.functionNames.limits, also: "商品產能限制 產能 負載 時段上限 超訂 capacity limit load F12", icon: <DashboardOutlined />, permission: "ops.capacity", plan: "advanced", path: inBranch(paths.limits) },
      { id: "redeem", of: texts.functionNames.coupons, title: texts.functionNames.redeem, also: "核銷 優惠券 掃描 兌換 櫃台 redeem coupon scan F25", icon: <ScanOutlined />, permission: "ops.orders", level: "manage", path: inBranch(paths.redeem) },
    ],
  },
  {
    title: texts.groups.reports,
    functions: [
      { id: "settlements", of: texts.functionNames.transactions, title: texts.functionNames.settlements, also: "交易明細 對帳 撥款 手續費 待入帳 金流 settlement reconciliation payout fee F14 F32", icon: <ReconciliationOutlined />, permission: "report.transactions", path: inBrand(paths.settlements) },
      { id: "ledger", of: texts.functionNames.transactions, title: texts.functionNames.ledger, also: "帳務 分錄 科目 餘額 收款 退款 對帳 ledger balance entry F14 F32", icon: <BookOutlined />, permission: "report.transactions", path: inBrand(paths.ledger) },
    ],
  },
  {
    title: texts.groups.members,
    functions: [
      { id: "members", title: texts.functionNames.members, also: "會員列表 顧客 客人 黑名單 匯出 member customer list F18", icon: <TeamOutlined />, permission: "member.list", path: paths.members },
      { id: "promotions", title: texts.functionNames.promotions, also: "促銷 活動 滿額 折扣 買一送一 任選 加價購 免運 promotion discount F19", icon: <PercentageOutlined />, permission: "member.promotions", path: inBrand(paths.promotions) },
      { id: "promo-codes", title: texts.functionNames.promoCodes, also: "優惠碼 折扣碼 promo code F20", icon: <TagOutlined />, permission: "member.codes", path: inBrand(paths.promoCodes) },
      { id: "point-rules", title: texts.functionNames.pointRules, also: "點數規則設定 集點 紅利 折抵 到期 points rules earn F21", icon: <StarOutlined />, permission: "member.point_rules", plan: "advanced", path: paths.pointRules },
      { id: "member-profiles", title: texts.functionNames.memberProfiles, also: "會員資料管理 輪廓 備註 習慣 member profile notes F22", icon: <IdcardOutlined />, permission: "member.profiles", path: paths.memberSearch },
      { id: "tiers", title: texts.functionNames.tiers, also: "VIP 等級管理 升等 門檻 續會 tier level F23", icon: <CrownOutlined />, permission: "member.vip", plan: "max", path: paths.tiers },
      { id: "tags", title: texts.functionNames.tags, also: "會員標籤 分眾 tag label F24", icon: <FlagOutlined />, permission: "member.tags", plan: "max", path: paths.tags },
      { id: "coupons", title: texts.functionNames.coupons, also: "優惠券 券種 發券 coupon voucher F25", icon: <GiftOutlined />, permission: "member.coupons", path: inBrand(paths.coupons) },
      { id: "points-log", title: texts.functionNames.pointsLog, also: "點數 發券 記錄 異動 客服 補點 調整 points coupon log entries F28", icon: <UnorderedListOutlined />, permission: "member.ledger", path: paths.pointsLog },
    ],
  },
  {
    title: texts.groups.devices,
    functions: [
      { id: "printers", title: texts.functionNames.printers, also: "出單機 印表機 列印點 出單規則 標籤 貼紙機 廚房單 版面 範本 printer slip label rule template F31", icon: <PrinterOutlined />, permission: "device.printers", path: inBranch(paths.printers) },
      { id: "print-jobs", of: texts.functionNames.printers, title: texts.functionNames.printJobs, also: "出單機 列印 補印 備料表 可能已印 沒印出來 print job reprint prep list F31 F09", icon: <FileDoneOutlined />, permission: "ops.orders", path: inBranch(paths.printJobs) },
      { id: "payments", title: texts.functionNames.payments, also: "金流 付款方式 綠界 藍新 信用卡 刷卡 payment gateway card ECPay LINE Pay Stripe F32", icon: <CreditCardOutlined />, permission: "pay.settings", path: inBrand(paths.payments) },
    ],
  },
  {
    title: texts.groups.system,
    functions: [
      { id: "audit", of: texts.functionNames.system, title: texts.functionNames.audit, also: "系統設定 操作紀錄 稽核 誰改的 audit log history F39", icon: <AuditOutlined />, permission: "system.settings", action: "audit.view", path: paths.audit },
    ],
  },
];

/** The groups as an account may see them. */
export function groupsFor(me: Me): FunctionGroup[] {
  return functionGroups
    .map((group) => ({ ...group, functions: group.functions.filter((one) => may(me, one.permission, one.level) && (!one.action || mayDo(me, one.action))) }))
    .filter((group) => group.functions.length > 0);
}
