import type { components } from "@yizhimai/api";

/** Names of what travels between the admin and the gateway, as its OpenAPI document says it. */
type S = components["schemas"];

export type Me = S["Me"];
export type Level = S["Level"];
export type Session = S["Session"];
export type AuditEntry = S["AuditEntry"];
export type FieldChange = S["FieldChange"];
export type Brand = S["Brand"];
export type BrandInput = S["BrandInput"];
export type Branch = S["Branch"];
export type BranchInput = S["BranchInput"];
export type BranchState = S["BranchState"];
export type Category = S["Category"];
export type Product = S["Product"];
export type ProductInput = S["ProductInput"];
export type Display = S["DisplayState"];
export type TaxType = S["TaxType"];
export type OptionGroup = S["OptionGroup"];
export type OptionGroupInput = S["OptionGroupInput"];
export type ImportChange = S["ImportChange"];
export type ImportRemoval = S["ImportRemoval"];
export type ImportReport = S["ImportProductsResponse"];
export type PublishCheck = S["CheckPublishResponse"];
export type PublishChange = S["PublishChange"];
export type MenuVersion = S["MenuVersion"];
export type Period = S["Period"];
export type Hours = S["Hours"];
/** A change of hours, decisions about booked orders aside. */
export type HoursInput = Omit<S["SetHoursRequest"], "decisions">;
export type HoursVersion = S["HoursVersion"];
export type HoursPreview = S["PreviewHoursResponse"];
export type PreviewInput = S["PreviewHoursRequest"];
export type OfferedDay = S["OfferedDay"];
export type MethodHours = S["MethodHours"];
export type Method = S["Method"];
/** A booked order outside the hours, with what the account may know of it. */
export type AffectedOrder = S["AffectedOrder"] & Partial<Omit<OrderSummary, "order_id">>;
/** Booked orders outside the hours by their branches; of those beyond 200 only the number is known. */
export interface Affected {
  branches: { branch_id: string; orders: AffectedOrder[] }[];
  total: number;
  unlisted: number;
}
export type Decisions = S["OrderDecisionsInput"];
export type StartedDecisions = S["StartedDecisions"];
export type DecisionOutcomes = S["GetDecisionBatchResponse"];
export type OrderOutcome = S["OrderOutcome"];
export type SpecialDay = S["SpecialDay"];
export type SpecialDayInput = S["SpecialDayInput"];
export type Availability = S["Availability"];
export type StockItem = S["StockItem"];
export type StockMode = S["StockMode"];
export type StockSettings = S["SetStockItemBody"];
export type StockMovement = S["StockMovement"];
export type StockList = S["ListStockResponse"];
export type StockNames = S["StockNames"];
export type StockRules = S["StockRules"];
export type StockDeduct = S["StockDeduct"];
export type StockDay = S["StockDay"];
export type StockComponent = S["Component"];
export type Recipe = S["Recipe"];
export type RecipePart = S["RecipePart"];
export type StockImportReport = S["ImportStockResponse"];
export type MovementKind = S["MovementKind"];
/** Movements people record; the rest the platform writes itself. */
export type CountedMovement = Extract<MovementKind, "received" | "counted" | "adjusted" | "scrapped">;
export type Menu = S["MenuDocument"];
export type Pause = S["Pause"];
export type PauseInput = S["CreatePauseRequest"];
export type PauseTarget = S["PauseTargetInput"];
export type PauseEnd = S["PauseEndInput"];
export type PauseScope = S["PauseScope"];
export type PauseReason = S["PauseReason"];
export type PauseChannel = S["Channel"];
export type PausePreview = S["PreviewPauseResponse"];
export type PausePreviewInput = S["PreviewPauseRequest"];
export type Limits = S["Limits"];
/** A rule as it is worked on; one that is new has no id. */
export type LimitRule = Omit<S["LimitRule"], "rule_id"> & { rule_id: string | null };
export type LimitMeasure = S["LimitMeasure"];
export type LimitTarget = S["LimitTarget"];
export type LimitWindow = S["LimitWindow"];
export type LimitVersion = S["LimitVersion"];
export type LimitTemplate = S["LimitTemplate"];
export type LimitsPreview = S["PreviewLimitsResponse"];
export type Overbooked = S["Overbooked"];
export type Load = S["GetLoadResponse"];
export type SlotLoad = S["SlotLoad"];
export type RuleLoad = S["RuleLoad"];
export type LoadDetail = S["ListLoadResponse"];
export type Plan = S["Plan"];
export type OrderSummary = S["OrderSummary"];
export type Order = S["Order"];
export type Contact = S["Contact"];
export type OrderLine = S["PricedLine"];
export type OrderSlot = S["OrderSlot"];
export type Reschedule = S["RescheduleOrderRequest"];
export type SoldOption = S["SoldOption"];
export type OrderState = S["OrderState"];
export type OrderEvent = S["OrderEvent"];
export type TestOrderStep = S["TestOrderStep"];
export type CancelReason = S["CancelReason"];
export type Transition = S["TransitionOrderRequest"];
export type OrderPayment = S["GetOrderPaymentResponse"];
export type PaymentAttempt = S["PaymentAttempt"];
/** A refund as payments carries it out. */
export type PaymentRefund = S["PaymentRefund"];
/** Refunds of an order by staff, and its lines with what is left of them. */
export type OrderRefunds = S["ListOrderRefundsResponse"];
export type OrderRefund = S["OrderRefund"];
export type RefundStep = S["RefundStep"];
export type RefundableLine = S["RefundableLine"];
export type RefundRequest = S["RequestOrderRefundRequest"];
export type RefundSelection = RefundRequest["selection"];
export type RefundQuote = S["QuoteRefundResponse"];
export type RefundSettlement = S["SettleRefundRequest"];
/** A way to pay that a brand offers. */
export type PaymentMethod = S["BrandPaymentMethod"];
export type PaymentMethodInput = S["BrandPaymentMethodInput"];
export type PaymentKind = S["PaymentKind"];
export type PaymentProvider = S["Provider"];
export type ProviderInfo = S["ProviderInfo"];
export type PaymentAccount = S["GatewayAccount"];
export type NewPaymentAccount = S["CreateGatewayAccountRequest"];
export type AccountUpdate = S["UpdateGatewayAccountRequest"];
/** What is not secret of an account, as it is entered. */
export type AccountInput = Pick<AccountUpdate, "name" | "capture" | "effective_at" | "store_code" | "settlement_days">;
export type CaptureMode = S["CaptureMode"];
export type GatewayMode = S["GatewayMode"];
export type CredentialField = S["CredentialField"];
export type CredentialInput = S["CredentialValue"];
export type VerificationStart = S["VerifyAccountRequest"];
export type AccountVerification = S["AccountVerification"];
export type NextStep = S["NextStep"];
