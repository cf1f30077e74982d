import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@yizhimai/kit/tokens.css";

import { whenSignedOut } from "./data/gateway";
import { queryClient } from "./data/query-client";
import { LocaleProvider } from "./i18n";
import { paths } from "./paths";
import { router } from "./router";
import { ThemeProvider } from "./theme";
import "./theme.css";

whenSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === paths.signIn()) return;
  queryClient.clear();
  void router.navigate({ to: paths.signIn(), search: { next: href } });
});

const root = document.querySelector("#root");
if (!root) throw new Error("index.html lacks #root");
createRoot(root).render(
  <StrictMode>
    <LocaleProvider>
      <ThemeProvider>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ThemeProvider>
    </LocaleProvider>
  </StrictMode>,
);
