import { render } from "preact";
import "@yizhimai/kit/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/menu.css";
import { App } from "./app";
import { startRouter } from "./lib/router";
import { keepOffline } from "./lib/offline";
import { whenIdle } from "./lib/later";
import { noteTestMode } from "./shop/test-mode";
import { reasons } from "./text";

noteTestMode();
startRouter();
const root = document.getElementById("app");
if (root) render(<App />, root);
keepOffline();
whenIdle(() => void reasons.fetch());
