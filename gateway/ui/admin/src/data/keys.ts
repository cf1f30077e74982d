/** Query keys, from the general to the particular, so that a prefix refreshes all beneath it. */
export const keys = {
  me: () => ["me"] as const,
  sessions: () => ["sessions"] as const,
  brands: () => ["brands"] as const,
  categories: (brandId: string) => ["brand", brandId, "categories"] as const,
  products: (brandId: string) => ["brand", brandId, "products"] as const,
  product: (productId: string) => ["product", productId] as const,
  optionGroups: (brandId: string) => ["brand", brandId, "option-groups"] as const,
  publishCheck: (brandId: string) => ["brand", brandId, "publish-check"] as const,
  menus: (branchId: string) => ["branch", branchId, "menus"] as const,
  hours: (branchId: string) => ["branch", branchId, "hours"] as const,
  availability: (branchId: string) => ["branch", branchId, "availability"] as const,
  stock: (branchId: string) => ["branch", branchId, "stock"] as const,
  shortOrders: (branchId: string, skuId: string) => ["branch", branchId, "stock", skuId, "short"] as const,
  movements: (branchId: string, skuId: string) => ["branch", branchId, "movements", skuId] as const,
  orders: (branchId: string) => ["branch", branchId, "orders"] as const,
  order: (orderId: string) => ["order", orderId] as const,
};
