import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { problemFrom } from "./data/gateway";
import { queryClient } from "./data/query-client";
import { brandsQuery, meQuery } from "./data/shared-queries";
import { Frame } from "./frame/frame";
import { CrashedPage, LostPage } from "./frame/lost";
import { paths } from "./paths";
import { PageSkeleton } from "./patterns/states";
import { parseAuditSearch } from "./routes/audit/search";
import { parseCouponSearch, parseTemplateSearch } from "./routes/coupons/search";
import { parseHoursSearch } from "./routes/hours/tabs";
import { parseLedgerSearch } from "./routes/ledger/search";
import { parseLimitSearch } from "./routes/limits/tabs";
import { parseMemberSearch } from "./routes/members/search";
import { parseProgrammeSearch } from "./routes/membership/programme-search";
import { parsePaymentSearch } from "./routes/payments/tabs";
import { parsePointsLogSearch } from "./routes/points-log/search";
import { parsePrintJobSearch } from "./routes/print-jobs/search";
import { parsePrinterSearch, parseTemplateChoice } from "./routes/printers/search";
import { parseProductSearch } from "./routes/products/search";
import { parsePromoCodeSearch } from "./routes/promo-codes/search";
import { parsePromotionPart, parsePromotionSearch } from "./routes/promotions/search";
import { parseSettlementSearch, parseSettlementsSearch } from "./routes/settlements/search";
import { SignInPage } from "./routes/sign-in/page";
import { parseTagsSearch } from "./routes/tags/search";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: LostPage, errorComponent: CrashedPage });

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && search.next.startsWith("/") && !search.next.startsWith("//") ? { next: search.next } : {},
  component: SignInPage,
});

/** Everything behind the session: loads who is signed in and what they may see, or asks to sign in. */
const signedIn = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    try {
      await Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(brandsQuery)]);
    } catch (thrown) {
      if (problemFrom(thrown).status === 401) throw redirect({ to: paths.signIn(), search: { next: location.href } });
      throw thrown;
    }
  },
  component: Frame,
  pendingComponent: PageSkeleton,
  errorComponent: CrashedPage,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./routes/home/page"), "HomePage"),
});
const account = createRoute({
  getParentRoute: () => signedIn,
  path: "/account",
  component: lazyRouteComponent(() => import("./routes/account/page"), "AccountPage"),
});
const audit = createRoute({
  getParentRoute: () => signedIn,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("./routes/audit/page"), "AuditPage"),
});

const members = createRoute({
  getParentRoute: () => signedIn,
  path: "/members",
  validateSearch: parseMemberSearch,
  component: lazyRouteComponent(() => import("./routes/members/page"), "MembersPage"),
});
const memberSearch = createRoute({
  getParentRoute: () => signedIn,
  path: "/profiles",
  component: lazyRouteComponent(() => import("./routes/members/search-page"), "MemberSearchPage"),
});
const duplicates = createRoute({
  getParentRoute: () => signedIn,
  path: "/members/duplicates",
  component: lazyRouteComponent(() => import("./routes/duplicates/page"), "DuplicatesPage"),
});
const member = createRoute({
  getParentRoute: () => signedIn,
  path: "/members/$memberId",
  component: lazyRouteComponent(() => import("./routes/member/page"), "MemberPage"),
});
const pointRules = createRoute({
  getParentRoute: () => signedIn,
  path: "/point-rules",
  validateSearch: parseProgrammeSearch,
  component: lazyRouteComponent(() => import("./routes/point-rules/page"), "PointRulesPage"),
});
const pointRulesEdit = createRoute({
  getParentRoute: () => signedIn,
  path: "/point-rules/edit",
  validateSearch: parseProgrammeSearch,
  component: lazyRouteComponent(() => import("./routes/point-rules/edit-page"), "PointRulesEditPage"),
});
const tiers = createRoute({
  getParentRoute: () => signedIn,
  path: "/tiers",
  validateSearch: parseProgrammeSearch,
  component: lazyRouteComponent(() => import("./routes/tiers/page"), "TiersPage"),
});
const tiersEdit = createRoute({
  getParentRoute: () => signedIn,
  path: "/tiers/edit",
  validateSearch: parseProgrammeSearch,
  component: lazyRouteComponent(() => import("./routes/tiers/edit-page"), "TiersEditPage"),
});
const tags = createRoute({
  getParentRoute: () => signedIn,
  path: "/tags",
  validateSearch: parseTagsSearch,
  component: lazyRouteComponent(() => import("./routes/tags/page"), "TagsPage"),
});
const pointsLog = createRoute({
  getParentRoute: () => signedIn,
  path: "/points-log",
  validateSearch: parsePointsLogSearch,
  component: lazyRouteComponent(() => import("./routes/points-log/page"), "PointsLogPage"),
});

const brand = createRoute({ getParentRoute: () => signedIn, path: "/brands/$brandId" });
const shop = createRoute({
  getParentRoute: () => brand,
  path: "/shop",
  component: lazyRouteComponent(() => import("./routes/shop/page"), "ShopPage"),
});
const products = createRoute({
  getParentRoute: () => brand,
  path: "/products",
  validateSearch: parseProductSearch,
  component: lazyRouteComponent(() => import("./routes/products/page"), "ProductsPage"),
});
const newProduct = createRoute({
  getParentRoute: () => brand,
  path: "/products/new",
  component: lazyRouteComponent(() => import("./routes/product/page"), "NewProductPage"),
});
const product = createRoute({
  getParentRoute: () => brand,
  path: "/products/$productId",
  component: lazyRouteComponent(() => import("./routes/product/page"), "ProductPage"),
});
const importProducts = createRoute({
  getParentRoute: () => brand,
  path: "/import",
  component: lazyRouteComponent(() => import("./routes/import/page"), "ImportPage"),
});
const categories = createRoute({
  getParentRoute: () => brand,
  path: "/categories",
  component: lazyRouteComponent(() => import("./routes/categories/page"), "CategoriesPage"),
});
const optionGroups = createRoute({
  getParentRoute: () => brand,
  path: "/option-groups",
  component: lazyRouteComponent(() => import("./routes/option-groups/page"), "OptionGroupsPage"),
});
const publish = createRoute({
  getParentRoute: () => brand,
  path: "/publish",
  component: lazyRouteComponent(() => import("./routes/publish/page"), "PublishPage"),
});
const payments = createRoute({
  getParentRoute: () => brand,
  path: "/payments",
  validateSearch: parsePaymentSearch,
  component: lazyRouteComponent(() => import("./routes/payments/page"), "PaymentsPage"),
});
const settlements = createRoute({
  getParentRoute: () => brand,
  path: "/settlements",
  validateSearch: parseSettlementsSearch,
  component: lazyRouteComponent(() => import("./routes/settlements/page"), "SettlementsPage"),
});
const settlement = createRoute({
  getParentRoute: () => brand,
  path: "/settlements/$settlementId",
  validateSearch: parseSettlementSearch,
  component: lazyRouteComponent(() => import("./routes/settlements/detail-page"), "SettlementPage"),
});

const ledger = createRoute({
  getParentRoute: () => brand,
  path: "/ledger",
  validateSearch: parseLedgerSearch,
  component: lazyRouteComponent(() => import("./routes/ledger/page"), "LedgerPage"),
});

const promotions = createRoute({
  getParentRoute: () => brand,
  path: "/promotions",
  validateSearch: parsePromotionSearch,
  component: lazyRouteComponent(() => import("./routes/promotions/page"), "PromotionsPage"),
});
const newPromotion = createRoute({
  getParentRoute: () => brand,
  path: "/promotions/new",
  component: lazyRouteComponent(() => import("./routes/promotions/edit-page"), "NewPromotionPage"),
});
const promotion = createRoute({
  getParentRoute: () => brand,
  path: "/promotions/$promotionId",
  validateSearch: parsePromotionPart,
  component: lazyRouteComponent(() => import("./routes/promotions/edit-page"), "PromotionPage"),
});
const promoCodes = createRoute({
  getParentRoute: () => brand,
  path: "/promo-codes",
  validateSearch: parsePromoCodeSearch,
  component: lazyRouteComponent(() => import("./routes/promo-codes/page"), "PromoCodesPage"),
});
const newPromoCode = createRoute({
  getParentRoute: () => brand,
  path: "/promo-codes/new",
  component: lazyRouteComponent(() => import("./routes/promo-codes/edit-page"), "NewPromoCodePage"),
});
const promoCode = createRoute({
  getParentRoute: () => brand,
  path: "/promo-codes/$promoCodeId",
  component: lazyRouteComponent(() => import("./routes/promo-codes/edit-page"), "PromoCodePage"),
});
const coupons = createRoute({
  getParentRoute: () => brand,
  path: "/coupons",
  validateSearch: parseTemplateSearch,
  component: lazyRouteComponent(() => import("./routes/coupons/page"), "CouponsPage"),
});
const newTemplate = createRoute({
  getParentRoute: () => brand,
  path: "/coupons/new",
  component: lazyRouteComponent(() => import("./routes/coupons/edit-page"), "NewTemplatePage"),
});
const template = createRoute({
  getParentRoute: () => brand,
  path: "/coupons/$templateId",
  validateSearch: parseCouponSearch,
  component: lazyRouteComponent(() => import("./routes/coupons/edit-page"), "TemplatePage"),
});

const branch = createRoute({ getParentRoute: () => signedIn, path: "/branches/$branchId" });
const orders = createRoute({
  getParentRoute: () => branch,
  path: "/orders",
  validateSearch: (search: Record<string, unknown>): { text?: string; order?: string; tests?: boolean } => ({
    ...(search.tests === true ? { tests: true } : {}),
    ...(typeof search.text === "string" && search.text ? { text: search.text } : {}),
    ...(typeof search.order === "string" ? { order: search.order } : {}),
  }),
  component: lazyRouteComponent(() => import("./routes/orders/page"), "OrdersPage"),
});
const stock = createRoute({
  getParentRoute: () => branch,
  path: "/stock",
  component: lazyRouteComponent(() => import("./routes/stock/page"), "StockPage"),
});
const pauses = createRoute({
  getParentRoute: () => branch,
  path: "/pauses",
  component: lazyRouteComponent(() => import("./routes/pauses/page"), "PausesPage"),
});
const limits = createRoute({
  getParentRoute: () => branch,
  path: "/limits",
  validateSearch: parseLimitSearch,
  component: lazyRouteComponent(() => import("./routes/limits/page"), "LimitsPage"),
});
const hours = createRoute({
  getParentRoute: () => branch,
  path: "/hours",
  validateSearch: parseHoursSearch,
  component: lazyRouteComponent(() => import("./routes/hours/page"), "HoursPage"),
});

const redeem = createRoute({
  getParentRoute: () => branch,
  path: "/redeem",
  component: lazyRouteComponent(() => import("./routes/redeem/page"), "RedeemPage"),
});

const printers = createRoute({
  getParentRoute: () => branch,
  path: "/printers",
  validateSearch: parsePrinterSearch,
  component: lazyRouteComponent(() => import("./routes/printers/page"), "PrintersPage"),
});
const printPoint = createRoute({
  getParentRoute: () => branch,
  path: "/printers/points/$printPointId",
  component: lazyRouteComponent(() => import("./routes/printers/point-page"), "PrintPointPage"),
});
const newPrintTemplate = createRoute({
  getParentRoute: () => branch,
  path: "/printers/templates/new",
  validateSearch: parseTemplateChoice,
  component: lazyRouteComponent(() => import("./routes/printers/template-page"), "NewPrintTemplatePage"),
});
const printTemplate = createRoute({
  getParentRoute: () => branch,
  path: "/printers/templates/$templateId",
  component: lazyRouteComponent(() => import("./routes/printers/template-page"), "PrintTemplatePage"),
});
const printJobs = createRoute({
  getParentRoute: () => branch,
  path: "/print-jobs",
  validateSearch: parsePrintJobSearch,
  component: lazyRouteComponent(() => import("./routes/print-jobs/page"), "PrintJobsPage"),
});

const routeTree = rootRoute.addChildren([
  signIn,
  signedIn.addChildren([
    home,
    account,
    audit,
    members,
    memberSearch,
    duplicates,
    member,
    pointRules,
    pointRulesEdit,
    tiers,
    tiersEdit,
    tags,
    pointsLog,
    brand.addChildren([shop, products, newProduct, product, importProducts, categories, optionGroups, publish, payments, settlements, settlement, ledger, promotions, newPromotion, promotion, promoCodes, newPromoCode, promoCode, coupons, newTemplate, template]),
    branch.addChildren([orders, stock, pauses, limits, hours, redeem, printers, printPoint, newPrintTemplate, printTemplate, printJobs]),
  ]),
]);

export const router = createRouter({ routeTree, basepath: "/admin", defaultPreload: "intent", defaultPendingMs: 300 });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
