import { QueryClient } from "@tanstack/react-query";

import { problemFrom } from "./gateway";

/** Refusals are final; only silence and outside trouble are worth asking again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, thrown) => {
        const { status } = problemFrom(thrown);
        return (status === 0 || status >= 500) && count < 2;
      },
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
