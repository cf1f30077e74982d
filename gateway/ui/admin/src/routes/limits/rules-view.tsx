import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { App, Alert, Button, Flex } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { LimitRule, Limits } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { useLeaveGuard } from "../../patterns/form-page";
import { EmptyState, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { CopyBranches } from "./copy-branches";
import { CopyDaysDialog } from "./copy-days-dialog";
import { LimitHistory } from "./history";
import styles from "./limits.module.css";
import { placed, type Faults } from "./problems";
import { limitsQuery, setLimits } from "./queries";
import { draftsOf, everything, MOST_RULES, newRule, restored, withoutId, type Draft } from "./rule";
import { RuleDrawer } from "./rule-drawer";
import { RuleLine } from "./rule-line";
import { SaveDrawer } from "./save-drawer";
import { Templates } from "./templates";
import { texts } from "./texts";

/** 限制: the rules of a branch as sentences, changed together and saved once it is known what they would do. */
export function RulesView({ branchId }: { branchId: string }) {
  const limits = useQuery(limitsQuery(branchId));
  return (
    <QueryView query={limits}>
      {(data) => <Editor branchId={branchId} limits={data} onReload={() => void limits.refetch()} />}
    </QueryView>
  );
}

type Aside = "history" | "templates" | "branches" | "save";

const starters: readonly (readonly [id: "units" | "orders" | "delivery" | "making", rule: Partial<LimitRule>])[] = [
  ["units", {}],
  ["orders", { measure: "orders", limit: 20 }],
  ["delivery", { measure: "orders", limit: 10, target: { ...everything, kind: "method", method: "delivery" }, window: { kind: "rolling", minutes: 60, name: null, from_minute: null, to_minute: null } }],
  ["making", { measure: "make_minutes", limit: 0, people: 2, early_hours: 2 }],
];

function Editor({ branchId, limits, onReload }: { branchId: string; limits: Limits; onReload: () => void }) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { brand } = useScope();
  const manages = may(useMe(), "ops.capacity", "manage");
  const [base, setBase] = useState(limits);
  const [drafts, setDrafts] = useState(() => draftsOf(limits.rules));
  const [edited, setEdited] = useState<{ key: string | undefined; rule: LimitRule }>();
  const [copied, setCopied] = useState<Draft>();
  const [aside, setAside] = useState<Aside>();
  const [faults, setFaults] = useState<Faults>(new Map());
  const [refused, setRefused] = useState<{ conflict: boolean; text: string }>();
  const [saving, setSaving] = useState(false);

  const rules = drafts.map((draft) => draft.rule);
  const dirty = JSON.stringify(rules) !== JSON.stringify(base.rules);
  useLeaveGuard(dirty && !saving);
  // What somebody else saved replaces the list only while nothing was changed here.
  if (!dirty && limits !== base) {
    setBase(limits);
    if (limits.version !== base.version) setDrafts(draftsOf(limits.rules));
  }
  const words = { t, slotMinutes: base.slot_minutes, currency: brand?.currency ?? "TWD" };

  function change(next: Draft[]) {
    setDrafts(next);
    setRefused(undefined);
  }

  function take(next: Limits) {
    setBase(next);
    setDrafts(draftsOf(next.rules));
    setFaults(new Map());
    setRefused(undefined);
    client.setQueryData(keys.limits(branchId), next);
    void client.invalidateQueries({ queryKey: keys.load(branchId) });
  }

  function refuse(thrown: unknown) {
    const problem = problemFrom(thrown);
    const sorted = placed(problem.fields, drafts, sentence, t, base.slot_minutes);
    setFaults(sorted.faults);
    const text = sorted.rest.length > 0 ? sorted.rest.map(sentence).join(" ") : sorted.faults.size > 0 ? t(texts.someWrong) : sentence(problem);
    setRefused({ conflict: problem.reason === "VERSION_CONFLICT", text });
    setAside(undefined);
  }

  async function save(note: string) {
    setSaving(true);
    try {
      const answer = await setLimits(branchId, { rules, version: base.version, note });
      take(answer.limits);
      setAside(undefined);
      void message.success(answer.limits.overbooked.length > 0 ? t(texts.savedOver, { count: answer.limits.overbooked.length }) : t(texts.saved));
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setSaving(false);
    }
  }

  function put(rule: LimitRule) {
    if (!edited) return;
    change(edited.key ? drafts.map((draft) => (draft.key === edited.key ? { ...draft, rule } : draft)) : [...drafts, ...draftsOf([rule])]);
    setFaults(new Map([...faults].filter(([key]) => key !== edited.key)));
    setEdited(undefined);
  }

  const fill = (from: readonly LimitRule[]) => {
    change(draftsOf(from));
    setAside(undefined);
    void message.info(t(texts.filled));
  };
  const isFull = drafts.length >= MOST_RULES;
  const overOf = (ruleId: string | null | undefined) => base.overbooked.filter((one) => (one.rule_id ?? null) === (ruleId ?? null)).length;
  return (
    <>
      {manages ? (
        <div className={styles.tools}>
          <Button size="large" type="primary" disabled={isFull} onClick={() => setEdited({ key: undefined, rule: newRule() })}>{t(texts.add)}</Button>
          <Flex gap={8} wrap>
            <Button size="large" onClick={() => setAside("templates")}>{t(texts.templates)}</Button>
            <Button size="large" onClick={() => setAside("branches")}>{t(texts.copyBranches)}</Button>
            <Button size="large" onClick={() => setAside("history")}>{t(texts.history)}</Button>
          </Flex>
        </div>
      ) : (
        <Alert type="info" showIcon title={t(common.formReadOnly)} className={styles.over ?? ""} />
      )}
      <ul className={styles.rules} aria-label={t(texts.tab.rules)}>
        <li className={styles.rule}>
          <span className={styles.ruleText}>
            <strong>{base.orders_per_slot ? t(texts.byHours, { minutes: base.slot_minutes, count: base.orders_per_slot }) : t(texts.byHoursNone, { minutes: base.slot_minutes })}</strong>
            <span className={styles.soft}>{t(texts.byHoursHint)}</span>
            {overOf(null) > 0 ? <span className={styles.levelTag} data-level="over">{t(texts.overTimes, { count: overOf(null) })}</span> : null}
          </span>
          <Link className={styles.ruleLink} to={paths.hours(branchId) as LinkProps["to"]}>{t(texts.toHours)}</Link>
        </li>
        {drafts.map((draft) => (
          <RuleLine
            key={draft.key}
            rule={draft.rule}
            words={words}
            over={overOf(draft.rule.rule_id ?? "new")}
            faults={faults.get(draft.key) ?? []}
            manages={manages}
            onOpen={() => setEdited({ key: draft.key, rule: draft.rule })}
            onSwitch={(enabled) => change(drafts.map((one) => (one === draft ? { ...one, rule: { ...one.rule, enabled } } : one)))}
            onDuplicate={isFull ? undefined : () => setEdited({ key: undefined, rule: withoutId(draft.rule) })}
            onCopyDays={() => setCopied(draft)}
            onDelete={() => change(drafts.filter((one) => one !== draft))}
          />
        ))}
      </ul>
      {drafts.length === 0 ? (
        <EmptyState
          title={t(texts.none)}
          hint={t(texts.noneHint)}
          action={
            manages ? (
              <Flex gap={8} wrap justify="center">
                {starters.map(([id, rule]) => (
                  <Button key={id} size="large" onClick={() => setEdited({ key: undefined, rule: newRule(rule) })}>{t(texts.starter[id])}</Button>
                ))}
              </Flex>
            ) : null
          }
        />
      ) : null}
      {dirty || refused ? (
        <div className={styles.foot}>
          {refused ? (
            <Alert
              role="alert"
              style={{ flex: "1 0 100%" }}
              type={refused.conflict ? "warning" : "error"}
              showIcon
              title={refused.conflict ? t(common.formConflictTitle) : t(common.formRefused)}
              description={refused.conflict ? t(common.formConflictText) : refused.text}
              action={
                refused.conflict ? (
                  <Button
                    onClick={() => {
                      change(draftsOf(base.rules));
                      onReload();
                    }}
                  >
                    {t(common.formTakeLatest)}
                  </Button>
                ) : undefined
              }
            />
          ) : null}
          <span className={styles.unsaved} aria-live="polite">{dirty ? t(common.formUnsaved) : ""}</span>
          <Button size="large" disabled={!dirty} onClick={() => { change(draftsOf(base.rules)); setFaults(new Map()); }}>{t(common.formReset)}</Button>
          <Button size="large" type="primary" disabled={!dirty} onClick={() => setAside("save")}>{t(texts.check)}</Button>
        </div>
      ) : null}
      {edited ? (
        <RuleDrawer
          key={edited.key ?? "new"}
          rule={edited.rule}
          isNew={edited.key === undefined}
          slotMinutes={base.slot_minutes}
          refused={edited.key ? (faults.get(edited.key) ?? []) : []}
          onDone={put}
          onDelete={() => { change(drafts.filter((draft) => draft.key !== edited.key)); setEdited(undefined); }}
          onClose={() => setEdited(undefined)}
        />
      ) : null}
      {copied ? <CopyDaysDialog source={copied} drafts={drafts} words={words} onCopied={(next) => { change(next); setCopied(undefined); }} onClose={() => setCopied(undefined)} /> : null}
      {aside === "save" ? <SaveDrawer branchId={branchId} rules={rules} words={words} busy={saving} onSave={(note) => void save(note)} onRefused={refuse} onClose={() => setAside(undefined)} /> : null}
      {aside === "branches" ? <CopyBranches source={{ from_branch_id: branchId }} count={base.rules.length} unsaved={dirty} onClose={() => setAside(undefined)} /> : null}
      {aside === "templates" ? <Templates branchId={branchId} rules={rules} words={words} onFill={(from) => fill(from.map(withoutId))} onClose={() => setAside(undefined)} /> : null}
      {aside === "history" ? <LimitHistory branchId={branchId} version={base.version} words={words} manages={manages} onRestore={(from) => fill(restored(from, base.rules))} onClose={() => setAside(undefined)} /> : null}
    </>
  );
}
