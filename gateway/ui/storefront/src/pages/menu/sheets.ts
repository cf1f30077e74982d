/** What opens over the menu: an item, and the choice of method and time. */
export { ItemSheet } from "./item-sheet";
export { WhenSheet } from "./when-sheet";
