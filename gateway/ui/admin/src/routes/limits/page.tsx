import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useEffect, useRef } from "react";

import { keys } from "../../data/keys";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useLine } from "../../live/line";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { hasPlan } from "../../session/may";
import styles from "./limits.module.css";
import { LoadView } from "./load-view";
import { RulesView } from "./rules-view";
import { tabs, type LimitTab } from "./tabs";
import { texts } from "./texts";

const CALM_MS = 800;

/** 商品產能限制: how full the coming days are, and what limits them. */
export function LimitsPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const { tab = "load" } = useSearch({ strict: false }) as { tab?: LimitTab };
  const navigate = useNavigate();
  const { branch } = useScope();
  const me = useMe();
  const client = useQueryClient();
  const planned = hasPlan(me, "advanced");
  const calm = useRef<ReturnType<typeof setTimeout>>(undefined);
  // During a rush events come many times a second: the view refreshes now and then, the last change included.
  const refresh = () => {
    calm.current ??= setTimeout(() => {
      calm.current = undefined;
      void client.invalidateQueries({ queryKey: keys.load(branchId) });
      void client.invalidateQueries({ queryKey: keys.limits(branchId), exact: true });
    }, CALM_MS);
  };
  useEffect(() => () => clearTimeout(calm.current), []);
  useLine(branchId, (event) => event.type === "availability" && refresh(), refresh);
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.limits)} hint={t(texts.hint, { branch: branch?.name ?? "" })} />
      <Segmented<LimitTab>
        size="large"
        block
        className={styles.tabs ?? ""}
        aria-label={t(frameTexts.functionNames.limits)}
        value={tab}
        onChange={(next) => void navigate({ to: ".", search: next === "load" ? {} : { tab: next } })}
        options={tabs.map((one) => ({
          value: one,
          label: one === "rules" && !planned ? `${t(texts.tab.rules)}（${t(common.plan.advanced)}）` : t(texts.tab[one]),
        }))}
      />
      {tab === "load" ? (
        <LoadView key={branchId} branchId={branchId} />
      ) : planned ? (
        <RulesView key={branchId} branchId={branchId} />
      ) : (
        <EmptyState title={t(texts.planTitle)} hint={t(texts.planHint)} />
      )}
    </Page>
  );
}
