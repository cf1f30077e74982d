import type { Menu, MenuOption, MenuOptionGroup, MenuProduct } from "@yizhimai/api";

/** The menu document with indexes by id. */
export interface MenuIndex {
  menu: Menu;
  products: ReadonlyMap<string, MenuProduct>;
  groups: ReadonlyMap<string, MenuOptionGroup>;
  options: ReadonlyMap<string, MenuOption>;
  groupsOf: (product: MenuProduct) => MenuOptionGroup[];
  categoriesOf: (product: MenuProduct) => string[];
}

export function indexMenu(menu: Menu): MenuIndex {
  const groups = new Map(menu.option_groups.map((group) => [group.option_group_id, group]));
  const options = menu.option_groups.flatMap((group) => group.options);
  return {
    menu,
    products: new Map(menu.products.map((product) => [product.product_id, product])),
    groups,
    options: new Map(options.map((option) => [option.option_id, option])),
    groupsOf: (product) => product.option_group_ids.flatMap((id) => groups.get(id) ?? []),
    categoriesOf: ({ product_id }) => (menu.categories ?? []).filter(({ product_ids }) => product_ids.includes(product_id)).map(({ category_id }) => category_id),
  };
}
