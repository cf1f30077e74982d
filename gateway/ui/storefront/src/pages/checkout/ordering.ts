/** What is not needed before something is ordered: the checkout, and the choice of method and time. */
import "../../styles/checkout.css";

export { CheckoutPage } from "./page";
export { WhenChoice } from "./when-choice";
