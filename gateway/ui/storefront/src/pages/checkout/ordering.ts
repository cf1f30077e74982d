/** The file of what nobody needs before something is to be ordered: the checkout, and the choice of how and when. */
export { CheckoutPage } from "./page";
export { WhenChoice } from "./when-choice";
