import { MoreOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { formatAmount, formatDateTime } from "@yizhimai/kit";
import { Alert, App, Button, Checkbox, Dropdown, Skeleton } from "antd";
import { useState } from "react";

import type { GivingOccasion, GivingRule, GivingState } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ErrorState, StaleBar } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { hasPlan } from "../../session/may";
import membership from "../membership/membership.module.css";
import { texts as membershipTexts } from "../membership/texts";
import { useTiers } from "../membership/use-names";
import { Badge, type Tone } from "../rules/badge";
import { GivingDrawer } from "./giving-drawer";
import { changeGivingState, givingRulesQuery } from "./queries";
import { nextStates } from "./rule";
import { texts } from "./texts";
import { givingSentence } from "./words";

const tones: Record<GivingState, Tone> = { active: "good", paused: "warn", ended: "plain" };

interface GivingListProps {
  title: string;
  hint: string;
  /** Rules of one kind of coupon; all of them when left out. */
  templateId?: string;
  /** Which of them are shown. */
  shows?: (rule: GivingRule) => boolean;
  /** What a new rule begins with. */
  occasion: GivingOccasion;
  /** The account may change them. */
  manages: boolean;
}

/** 自動贈券: rules by which members are given coupons, with what each has given. */
export function GivingList({ title, hint, templateId, shows = () => true, occasion, manages }: GivingListProps) {
  const t = useT();
  const me = useMe();
  const planned = hasPlan(me, "max");
  const [withEnded, setWithEnded] = useState(false);
  const [open, setOpen] = useState<{ rule?: GivingRule }>();
  const query = useInfiniteQuery(givingRulesQuery(templateId, withEnded));
  const rules = query.data?.pages.flatMap((page) => page.rules).filter(shows);
  return (
    <section className={membership.card} aria-label={title}>
      <div className={membership.tools}>
        <div className={membership.grow}>
          <h2>{title}</h2>
          <p className={membership.soft}>{hint}</p>
        </div>
        <Checkbox checked={withEnded} onChange={({ target }) => setWithEnded(target.checked)}>{t(texts.withEnded)}</Checkbox>
        {manages && planned ? (
          <Button size="large" icon={<PlusOutlined />} onClick={() => setOpen({})}>{t(texts.add)}</Button>
        ) : null}
      </div>
      {planned ? null : <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t(membershipTexts.planNeeded, { plan: t(common.plan.max) })} />}
      {query.isLoading ? <Skeleton active paragraph={{ rows: 2 }} title={false} /> : null}
      {query.isError && !rules ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isError && rules ? <StaleBar at={query.dataUpdatedAt} onRetry={() => void query.refetch()} /> : null}
      {rules?.length === 0 ? <p className={membership.soft}>{t(texts.none)}</p> : null}
      {rules && rules.length > 0 ? (
        <ul className={membership.list}>
          {rules.map((rule) => (
            <RuleLine key={rule.rule_id} rule={rule} withCoupon={!templateId} manages={manages} onEdit={planned ? () => setOpen({ rule }) : undefined} />
          ))}
        </ul>
      ) : null}
      {query.hasNextPage ? (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} style={{ marginTop: 8 }}>{t(common.listMore)}</Button>
      ) : null}
      {open ? <GivingDrawer rule={open.rule} templateId={templateId} occasion={occasion} onClose={() => setOpen(undefined)} /> : null}
    </section>
  );
}

interface RuleLineProps {
  rule: GivingRule;
  withCoupon: boolean;
  manages: boolean;
  onEdit: (() => void) | undefined;
}

function RuleLine({ rule, withCoupon, manages, onEdit }: RuleLineProps) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const { timeZone } = useScope();
  const tiers = useTiers();
  const { name } = rule.rule;
  const states = nextStates(rule);

  async function change(state: GivingState) {
    try {
      await changeGivingState(rule, state);
      void message.success(t(texts.stepDone[state], { name }));
    } catch (thrown) {
      toast(thrown);
    }
    await client.invalidateQueries({ queryKey: keys.givingRules() });
  }

  function act(key: string) {
    if (key === "edit") onEdit?.();
    else if (key === "ended") danger({ title: t(texts.endTitle, { name }), text: t(texts.endText), deed: t(texts.step.ended), act: () => change("ended") });
    else void change(key as GivingState);
  }

  const items = [
    ...(onEdit && rule.state !== "ended" ? [{ key: "edit", label: t(common.actionEdit) }] : []),
    ...states.map((state) => ({ key: state, label: t(texts.step[state]), danger: state === "ended" })),
  ];
  const given = [t(texts.given, { count: formatAmount(rule.given_count) }), rule.last_given_at ? t(texts.lastGiven, { time: formatDateTime(rule.last_given_at, timeZone) }) : ""].filter(Boolean).join(" · ");
  return (
    <li>
      <div className={membership.grow}>
        <strong>{name}</strong> <Badge tone={tones[rule.state]}>{t(texts.state[rule.state])}</Badge>
        <div>{[withCoupon ? `「${rule.coupon_name}」` : "", givingSentence(t, rule.rule, (id) => tiers.get(id)?.name)].filter(Boolean).join(" ")}</div>
        <div className={`tabular ${membership.soft}`}>{given}</div>
        {rule.stopped_by && rule.state === "active" ? (
          <Alert type="warning" showIcon style={{ marginTop: 4 }} title={t(texts.stopped, { sentence: sentence({ reason: rule.stopped_by }) })} />
        ) : null}
      </div>
      {manages && items.length > 0 ? (
        <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => act(key) }}>
          <Button type="text" size="large" icon={<MoreOutlined />} aria-label={t(texts.actions, { name })} />
        </Dropdown>
      ) : null}
    </li>
  );
}
