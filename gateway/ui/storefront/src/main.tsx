import { render } from "preact";
import "@yizhimai/kit/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/menu.css";
import "./styles/checkout.css";
import "./styles/order.css";
import { App } from "./app";
import { startRouter } from "./lib/router";
import { keepOffline } from "./lib/offline";
import { noteTestMode } from "./shop/test-mode";

noteTestMode();
startRouter();
const root = document.getElementById("app");
if (root) render(<App />, root);
keepOffline();
