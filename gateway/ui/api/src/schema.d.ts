interface Problem {
  type: string;
  title: string;
  status: number;
  reason: string;
  detail?: string;
  params?: Record<string, string>;
  fields?: { field: string; reason: string; params?: Record<string, string> }[];
  trace_id?: string;
}
interface Refused {
  headers: Record<string, unknown>;
  content: { "application/problem+json": Problem };
}
interface Json<T> {
  headers: Record<string, unknown>;
  content: { "application/json": T };
}
interface InShop {
  brand: string;
  branch: string;
}
interface None {
  query?: never;
  header?: never;
  cookie?: never;
}
type State =
  | "pending_payment" | "placed" | "accepted" | "preparing" | "ready" | "delivering"
  | "completed" | "cancelled" | "rejected" | "expired" | "no_show";
type Method = "pickup" | "delivery" | "on_site";

export interface components {
  schemas: {
    Problem: Problem;
    ShopBrand: { brand_id: string; slug: string; name: string; currency: string; accent: string; introduction: string };
    ShopBranch: {
      branch_id: string; slug: string; name: string; phone: string; address: string; time_zone: string;
      state: "setup" | "live" | "suspended" | "closed"; open: boolean; opens_at?: string | null; promised_at?: string | null;
    };
    BrandPage: { brand: components["schemas"]["ShopBrand"]; branches: components["schemas"]["ShopBranch"][] };
    Menu: {
      menu_version_id: string;
      number: number;
      published_at: string;
      brand: components["schemas"]["ShopBrand"];
      branch: { branch_id: string; slug: string; name: string; phone: string; address: string; time_zone: string };
      categories: { category_id: string; name: string; product_ids: string[] }[];
      products: {
        product_id: string; name: string; name_en?: string | null; description?: string | null; allergens?: string[] | null;
        min_per_order: number; max_per_order: number;
        variants: { variant_id: string; name: string; price: number }[];
        option_group_ids: string[];
      }[];
      option_groups: {
        option_group_id: string; name: string; min: number; max: number; free_count: number;
        options: { option_id: string; name: string; price: number; max_quantity: number; default_chosen: boolean }[];
      }[];
    };
    Availability: {
      as_of: string; open: boolean; opens_at?: string | null; last_order_at?: string | null;
      promised_at?: string | null; earliest_slot_at?: string | null; menu_number: number;
      slots: { starts_at: string; state: "open" | "filling" | "full" | "past"; business_day: string }[];
      skus: { sku_id: string; available: number }[];
    };
    CartBody: {
      method: Method;
      wanted_at?: string | null;
      lines: { product_id: string; variant_id: string; quantity: number; options: { option_id: string; quantity: number }[]; note?: string | null }[];
    };
    PricedLine: {
      product_id: string; variant_id: string; product_name: string; variant_name: string; quantity: number;
      unit_list: number; list: number; net: number;
      adjustments: { stage: string; name: string; amount: number; sentence: string }[];
      options: { option_id: string; group_name: string; name: string; quantity: number; amount: number }[];
      note?: string | null;
    };
    Fee: { kind: string; name: string; amount: number };
    Quote: {
      hash: string; quoted_at: string; valid_until: string; menu_number: number; currency: string;
      lines: components["schemas"]["PricedLine"][]; list_total: number; fees: components["schemas"]["Fee"][]; total: number;
      promised_at?: string | null; warnings: { field: string; reason: string; params?: Record<string, string> }[];
    };
    OrderBody: components["schemas"]["CartBody"] & {
      quote_hash: string; quoted_at: string; contact: { name: string; phone: string }; remark?: string | null; utensils: boolean;
    };
    Order: {
      order_id: string; brand_id: string; branch_id: string; order_number: string; pickup_number: string; state: State; method: Method;
      wanted_at?: string | null; promised_at?: string | null; placed_at: string; accepted_at?: string | null; ready_at?: string | null;
      completed_at?: string | null; currency: string; lines: components["schemas"]["PricedLine"][]; fees: components["schemas"]["Fee"][];
      total: number; paid: number; contact: { name: string; phone: string }; remark?: string | null; utensils: boolean; test: boolean;
      cancel_reason?: string | null; cancel_text?: string | null; business_day: string; version: number; menu_number: number;
    };
    PlacedOrder: { order: components["schemas"]["Order"]; access_token: string; replayed: boolean };
    OrderPage: { order: components["schemas"]["Order"]; may_cancel: boolean };
  };
}

export interface paths {
  "/api/shop/{brand}": {
    get: { parameters: None & { path: { brand: string } }; responses: { 200: Json<components["schemas"]["BrandPage"]>; default: Refused } };
  };
  "/api/shop/{brand}/{branch}/menu": {
    get: { parameters: None & { path: InShop }; responses: { 200: Json<components["schemas"]["Menu"]>; default: Refused } };
  };
  "/api/shop/{brand}/{branch}/availability": {
    get: { parameters: None & { path: InShop }; responses: { 200: Json<components["schemas"]["Availability"]>; default: Refused } };
  };
  "/api/shop/{brand}/{branch}/quotes": {
    post: {
      parameters: None & { path: InShop };
      requestBody: { content: { "application/json": components["schemas"]["CartBody"] } };
      responses: { 200: Json<components["schemas"]["Quote"]>; default: Refused };
    };
  };
  "/api/shop/{brand}/{branch}/orders": {
    post: {
      parameters: { query?: never; cookie?: never; header: { "Idempotency-Key": string }; path: InShop };
      requestBody: { content: { "application/json": components["schemas"]["OrderBody"] } };
      responses: { 201: Json<components["schemas"]["PlacedOrder"]>; default: Refused };
    };
  };
  "/api/shop/{brand}/{branch}/orders/{token}": {
    get: { parameters: None & { path: InShop & { token: string } }; responses: { 200: Json<components["schemas"]["OrderPage"]>; default: Refused } };
  };
  "/api/shop/{brand}/{branch}/orders/{token}/cancel": {
    post: { parameters: None & { path: InShop & { token: string } }; responses: { 200: Json<{ order: components["schemas"]["Order"] }>; default: Refused } };
  };
}
