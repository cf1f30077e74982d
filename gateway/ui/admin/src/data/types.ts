import type { components } from "@yizhimai/api";

/** Names of what travels between the admin and the gateway, as its OpenAPI document says it. */
type S = components["schemas"];

export type Me = S["Me"];
export type Session = S["Session"];
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
export type ImportReport = S["ImportReport"];
export type PublishCheck = S["PublishCheck"];
export type PublishChange = S["PublishChange"];
export type MenuVersion = S["MenuVersion"];
export type Period = S["Period"];
export type Hours = S["Hours"];
export type HoursInput = S["HoursInput"];
export type Availability = S["Availability"];
export type StockItem = S["StockItem"];
export type StockMode = S["StockMode"];
export type StockSettings = S["StockSettings"];
export type StockMovement = S["StockMovement"];
export type StockList = S["StockList"];
export type StockRules = S["StockRules"];
export type StockComponent = S["StockComponent"];
export type Recipe = S["Recipe"];
export type RecipePart = S["RecipePart"];
export type StockImportReport = S["StockImportReport"];
export type MovementKind = S["MovementKind"];
/** Movements people record; the rest the platform writes itself. */
export type CountedMovement = Extract<MovementKind, "received" | "counted" | "adjusted" | "scrapped">;
export type Order = S["Order"];
export type OrderLine = S["PricedLine"];
export type SoldOption = S["SoldOption"];
export type OrderState = S["OrderState"];
export type OrderEvent = S["OrderEvent"];
export type CancelReason = S["CancelReason"];
export type Transition = S["Transition"];
