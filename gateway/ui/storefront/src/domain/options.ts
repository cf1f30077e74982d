import type { MenuOption, MenuOptionGroup } from "@yizhimai/api";

/** How many of each option are chosen for one unit, by option id. */
export type Choice = Readonly<Record<string, number>>;

export function givenIn(group: MenuOptionGroup, choice: Choice): number {
  return group.options.reduce((sum, option) => sum + (choice[option.option_id] ?? 0), 0);
}

export function isSatisfied(group: MenuOptionGroup, choice: Choice): boolean {
  const given = givenIn(group, choice);
  return given >= group.min && given <= group.max;
}

/** What the group adds to one unit: its free quota goes to the cheapest first (docs/rules.md, Price stages). */
export function groupAmount(group: MenuOptionGroup, choice: Choice): number {
  const prices = group.options.flatMap((option) => Array<number>(choice[option.option_id] ?? 0).fill(option.price));
  return prices
    .sort((a, b) => a - b)
    .slice(group.free_count)
    .reduce((sum, price) => sum + price, 0);
}

/** Whether one more of the option may be taken without breaking the group's or the option's limit. */
export function mayAdd(group: MenuOptionGroup, choice: Choice, option: MenuOption): boolean {
  return givenIn(group, choice) < group.max && (choice[option.option_id] ?? 0) < option.max_quantity;
}

function without(group: MenuOptionGroup, choice: Choice): Choice {
  const ids = new Set(group.options.map((option) => option.option_id));
  return Object.fromEntries(Object.entries(choice).filter(([id]) => !ids.has(id)));
}

export function withQuantity(choice: Choice, optionId: string, quantity: number): Choice {
  const { [optionId]: _, ...others } = choice;
  return quantity > 0 ? { ...others, [optionId]: quantity } : others;
}

/** The choice after the option is tapped: one-of groups swap, others switch on and off. */
export function tapped(group: MenuOptionGroup, choice: Choice, option: MenuOption): Choice {
  const chosen = (choice[option.option_id] ?? 0) > 0;
  if (group.max === 1) {
    if (chosen) return group.min === 0 ? without(group, choice) : choice;
    return { ...without(group, choice), [option.option_id]: 1 };
  }
  if (chosen) return withQuantity(choice, option.option_id, 0);
  return mayAdd(group, choice, option) ? withQuantity(choice, option.option_id, 1) : choice;
}

/** The choice when the sheet opens: available defaults, and options without an alternative. */
export function initialChoice(groups: readonly MenuOptionGroup[], soldOut: (skuId: string) => boolean): Choice {
  let choice: Choice = {};
  for (const group of groups) {
    const free = group.options.filter((option) => !soldOut(option.option_id));
    const only = group.min === 1 && free.length === 1 ? free : [];
    for (const option of [...free.filter((candidate) => candidate.default_chosen), ...only]) {
      if (mayAdd(group, choice, option)) choice = withQuantity(choice, option.option_id, 1);
    }
  }
  return choice;
}
