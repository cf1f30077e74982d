/** Names of what travels between the admin and the gateway. Ids are UUID strings, money whole minor units, times RFC 3339. */

export type Level = "view" | "manage";

export interface Scope {
  organisation: boolean;
  brand_ids: string[];
  branch_ids: string[];
}

export interface Account {
  account_id: string;
  account: string;
  name: string;
  role: string;
  permissions: Record<string, string>;
  actions: string[];
  scope: Scope;
}

export interface Me {
  account: Account;
  organisation: { organisation_id: string; code: string; name: string; plan: string };
}

export interface Session {
  session_id: string;
  created_at: string;
  used_at: string;
  remote_address: string;
  user_agent: string;
  current: boolean;
}

export interface Brand {
  brand_id: string;
  slug: string;
  name: string;
  currency: string;
  accent: string;
  introduction: string;
  version: number;
}

export type BranchState = "setup" | "live" | "suspended" | "closed";

export interface Branch {
  branch_id: string;
  brand_id: string;
  code: string;
  slug: string;
  name: string;
  phone: string;
  address: string;
  time_zone: string;
  cutoff_minutes: number;
  state: BranchState;
  version: number;
}

export interface Category {
  category_id: string;
  name: string;
  position: number;
  version: number;
}

export interface Variant {
  variant_id?: string;
  name: string;
  price: number;
}

export type TaxType = "taxable" | "zero_rated" | "exempt";
export type Display = "listed" | "hidden" | "delisted";

export interface Product {
  product_id: string;
  brand_id: string;
  code: string;
  name: string;
  name_en: string;
  description: string;
  category_ids: string[];
  variants: Variant[];
  option_group_ids: string[];
  tax_type: TaxType;
  display: Display;
  min_per_order: number;
  max_per_order: number;
  make_seconds: number;
  position: number;
  allergens: string;
  version: number;
}

export interface Option {
  option_id?: string;
  name: string;
  price: number;
  max_quantity: number;
  default_chosen: boolean;
}

export interface OptionGroup {
  option_group_id: string;
  name: string;
  min: number;
  max: number;
  free_count: number;
  options: Option[];
  version: number;
}

export interface ImportReport {
  created: number;
  updated: number;
  unchanged: number;
  categories_created: number;
  problems: { line: number; column: string; reason: string; value: string }[];
  applied: boolean;
  rows: { line: number; name: string; change: string; detail: string }[];
}

export interface PublishCheck {
  findings: { reason: string; blocking: boolean; entity: string; entity_id: string; entity_name: string }[];
  changes: PublishChange[];
}

export interface PublishChange {
  branch_id: string;
  added: number;
  removed: number;
  changed: number;
  prices: { product_id: string; product_name: string; variant_name: string; before: number; after: number }[];
}

export interface MenuVersion {
  menu_version_id: string;
  branch_id: string;
  number: number;
  published_at: string;
  published_by: string;
  product_count: number;
}

export interface Period {
  weekday: number;
  open_minute: number;
  close_minute: number;
}

export interface Hours {
  branch_id: string;
  periods: Period[];
  slot_minutes: number;
  lead_minutes: number;
  days_ahead: number;
  last_order_minutes: number;
  max_orders_per_slot?: number | null;
  version: number;
}

export type SlotState = "open" | "filling" | "full" | "past";

export interface Availability {
  as_of: string;
  open: boolean;
  opens_at?: string | null;
  last_order_at?: string | null;
  promised_at?: string | null;
  earliest_slot_at?: string | null;
  slots: { starts_at: string; state: SlotState; business_day: string }[];
  skus: { sku_id: string; available: number }[];
}

export type StockMode = "untracked" | "running" | "daily";

export interface StockItem {
  branch_id: string;
  sku_id: string;
  mode: StockMode;
  on_hand: number;
  held: number;
  available: number;
  daily_amount: number;
  low_threshold: number;
  version: number;
}

export type CountedMovement = "received" | "counted" | "adjusted" | "scrapped";
export type MovementKind = CountedMovement | "held" | "released" | "committed" | "returned" | "daily_reset";

export interface StockMovement {
  movement_id: string;
  sku_id: string;
  kind: MovementKind;
  quantity: number;
  on_hand_after: number;
  held_after: number;
  at: string;
  actor?: string | null;
  order_id?: string | null;
  reason?: string | null;
  business_day?: string | null;
}

export type OrderState =
  | "pending_payment"
  | "placed"
  | "accepted"
  | "preparing"
  | "ready"
  | "delivering"
  | "completed"
  | "cancelled"
  | "rejected"
  | "expired"
  | "no_show";

export type Method = "pickup" | "delivery" | "on_site";

export type CancelReason =
  | "out_of_stock"
  | "too_busy"
  | "closed"
  | "customer_request"
  | "duplicate"
  | "unreachable"
  | "undeliverable"
  | "suspicious"
  | "other";

export interface SoldOption {
  option_id: string;
  group_name: string;
  name: string;
  quantity: number;
  amount: number;
}

export interface OrderLine {
  product_id: string;
  variant_id: string;
  product_name: string;
  variant_name: string;
  quantity: number;
  unit_list: number;
  list: number;
  net: number;
  adjustments: { stage: string; name: string; amount: number; sentence: string }[];
  options: SoldOption[];
  note?: string | null;
}

export interface Order {
  order_id: string;
  brand_id: string;
  branch_id: string;
  order_number: string;
  pickup_number: string;
  state: OrderState;
  method: Method;
  wanted_at?: string | null;
  promised_at?: string | null;
  placed_at: string;
  accepted_at?: string | null;
  ready_at?: string | null;
  completed_at?: string | null;
  currency: string;
  lines: OrderLine[];
  fees: { kind: string; name: string; amount: number }[];
  total: number;
  paid: number;
  contact: { name: string; phone: string };
  remark?: string | null;
  utensils: boolean;
  test: boolean;
  cancel_reason?: CancelReason | null;
  cancel_text?: string | null;
  business_day: string;
  version: number;
  menu_number: number;
  next_states: OrderState[];
  undo_until?: string | null;
}

export interface OrderEvent {
  version: number;
  from?: OrderState | null;
  to: OrderState;
  actor?: string | null;
  actor_kind: string;
  at: string;
  reason?: string | null;
}

export interface Transition {
  version: number;
  to: OrderState;
  cancel_reason?: CancelReason;
  reason?: string;
  cash_received?: boolean;
  override_payment?: boolean;
}
