import "../../styles/benefits.css";

export { Benefits, WithinReach } from "./section";
export { LineBenefits } from "./line";
export { DiscountRows } from "./sums";
export { UnusedBenefits, UnusedNote } from "./unused";
