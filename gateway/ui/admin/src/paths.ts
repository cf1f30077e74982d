/** Every address of the admin, in one place; the snapshot in `paths.spec.ts` is the site map. */
export const paths = {
  home: () => "/",
  signIn: () => "/sign-in",
  account: () => "/account",
  audit: () => "/audit",
  shop: (brandId: string) => `/brands/${brandId}/shop`,
  products: (brandId: string) => `/brands/${brandId}/products`,
  newProduct: (brandId: string) => `/brands/${brandId}/products/new`,
  product: (brandId: string, productId: string) => `/brands/${brandId}/products/${productId}`,
  importProducts: (brandId: string) => `/brands/${brandId}/import`,
  categories: (brandId: string) => `/brands/${brandId}/categories`,
  optionGroups: (brandId: string) => `/brands/${brandId}/option-groups`,
  publish: (brandId: string) => `/brands/${brandId}/publish`,
  payments: (brandId: string) => `/brands/${brandId}/payments`,
  ledger: (brandId: string) => `/brands/${brandId}/ledger`,
  orders: (branchId: string) => `/branches/${branchId}/orders`,
  pauses: (branchId: string) => `/branches/${branchId}/pauses`,
  stock: (branchId: string) => `/branches/${branchId}/stock`,
  limits: (branchId: string) => `/branches/${branchId}/limits`,
  hours: (branchId: string) => `/branches/${branchId}/hours`,
  /** The storefront of a branch, where what one orders is a test. */
  testShop: (brandSlug: string, branchSlug: string) => `/${brandSlug}/${branchSlug}?test`,
} as const;
