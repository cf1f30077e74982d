import { Navigate, type NavigateOptions } from "@tanstack/react-router";

import { groupsFor } from "../../frame/functions";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState } from "../../patterns/states";
import { texts } from "./texts";

/** Sends everyone to where they work: the order board first, else the first function they may use. */
export function HomePage() {
  const t = useT();
  const scope = useScope();
  const functions = groupsFor(useMe()).flatMap((group) => group.functions);
  const first = functions.find((one) => one.id === "orders" && one.path(scope)) ?? functions.find((one) => one.path(scope));
  const to = first?.path(scope);
  if (!to) return <EmptyState title={t(texts.nothing)} hint={t(texts.nothingHint)} />;
  return <Navigate {...({ to, replace: true } as NavigateOptions)} />;
}
