/** What the checkout's own file holds: all that nobody needs before something is to be ordered. */
export { CheckoutPage } from "./page";
