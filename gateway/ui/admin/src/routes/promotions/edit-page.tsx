import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { Alert, App, Button, Dropdown, Input, Segmented } from "antd";
import { useState } from "react";

import type { CostShare, Promotion, PromotionStep } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { FormSection, useLeaveGuard } from "../../patterns/form-page";
import { RefusalAlert } from "../../patterns/form-refusal";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsBrand, may } from "../../session/may";
import { Field } from "../limits/fields";
import { CostShares } from "../rules/cost-shares";
import { newRule, noConditions, ruleTypes, whole, type Rule } from "../rules/rule";
import { RuleEditor, RuleSentence } from "../rules/rule-editor";
import styles from "../rules/rules.module.css";
import { Samples } from "../rules/samples";
import { useRuleForm } from "../rules/use-rule-form";
import { CheckDrawer } from "./check-drawer";
import { changeState, deletePromotion, promotionQuery, savePromotion } from "./queries";
import { ResultView } from "./result-view";
import { parts, type PromotionPart } from "./search";
import { StateTag } from "./state-tag";
import { texts } from "./texts";
import { VersionsDrawer } from "./versions-drawer";

const limitNames = ["per_order", "max_discount", "per_member", "per_member_day", "total", "per_day", "budget"] as const;
const besides = ["internal_name", "note", "cost_shares"] as const;

interface Draft {
  internal_name: string;
  note: string;
  cost_shares: CostShare[];
  rule: Rule;
}

const draftOf = ({ internal_name, note, cost_shares, rule }: Promotion): Draft => ({ internal_name, note, cost_shares, rule: whole(rule) });

/** 新增促銷活動. */
export function NewPromotionPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const [draft] = useState<Draft>(() => ({ internal_name: "", note: "", cost_shares: [], rule: { ...newRule("promotion"), conditions: { ...noConditions, brand_ids: [brandId] } } }));
  return (
    <Page>
      <PageHeader title={t(texts.titleNew)} back={paths.promotions(brandId)} />
      <Editor brandId={brandId} initial={draft} stored={undefined} editable onReload={() => undefined} />
    </Page>
  );
}

const route = getRouteApi("/signed-in/brands/$brandId/promotions/$promotionId");

/** A promotion: its settings, and what it did. */
export function PromotionPage() {
  const t = useT();
  const { brandId, promotionId } = route.useParams();
  const { part } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(promotionQuery(promotionId));
  const me = useMe();
  return (
    <Page>
      <QueryView query={query}>
        {({ promotion, editable }) => (
          <>
            <PageHeader
              title={promotion.internal_name}
              back={paths.promotions(brandId)}
              hint={
                <>
                  <StateTag state={promotion.state} />
                  {promotion.usage.counted ? ` ${t(texts.usage, { orders: promotion.usage.orders, held: promotion.usage.held })}` : ""}
                </>
              }
              actions={<Steps promotion={promotion} brandId={brandId} editable={editable && may(me, "member.promotions", "manage")} />}
            />
            {promotion.enabled_at ? (
              <Segmented<PromotionPart>
                size="large"
                style={{ marginBottom: 16 }}
                aria-label={promotion.internal_name}
                value={part ?? "settings"}
                onChange={(next) => void navigate({ search: next === "result" ? { part: "result" } : {} })}
                options={parts.map((one) => ({ value: one, label: t(texts.part[one]) }))}
              />
            ) : null}
            {part === "result" ? (
              <ResultView promotion={promotion} />
            ) : (
              <Editor
                key={`${promotion.promotion_id} ${String(promotion.version)}`}
                brandId={brandId}
                initial={draftOf(promotion)}
                stored={promotion}
                editable={editable && may(me, "member.promotions", "manage") && promotion.state !== "ended"}
                onReload={() => void query.refetch()}
              />
            )}
          </>
        )}
      </QueryView>
    </Page>
  );
}

interface EditorProps {
  brandId: string;
  initial: Draft;
  stored: Promotion | undefined;
  editable: boolean;
  onReload: () => void;
}

function Editor({ brandId, initial, stored, editable, onReload }: EditorProps) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(initial);
  const [saving, setSaving] = useState(false);
  const [checking, setChecking] = useState(false);
  const [versions, setVersions] = useState(false);
  const keyOf = useBodyKey();
  const dirty = JSON.stringify(draft) !== JSON.stringify(initial);
  const nameFaults = draft.internal_name.trim() === "" ? [{ place: "beside.internal_name", text: t(texts.internalNeeded) }] : [];
  const form = useRuleForm(draft.rule, besides, nameFaults);
  useLeaveGuard(dirty && !saving);
  const manages = editable && may(me, "member.promotions", "manage") && holdsBrand(me, brandId);
  const wasEnabled = Boolean(stored?.enabled_at);

  function set(part: Partial<Draft>) {
    if (!manages) return;
    setDraft((now) => ({ ...now, ...part }));
    form.clear();
  }

  async function save() {
    if (!form.check()) return;
    setSaving(true);
    form.clear();
    const body = { ...draft, internal_name: draft.internal_name.trim(), note: draft.note.trim(), rule: { ...draft.rule, name: draft.rule.name.trim() } };
    try {
      const promotion = await savePromotion(stored, body, keyOf(body));
      client.setQueryData(keys.promotion(promotion.promotion_id), { promotion, editable: true });
      void client.invalidateQueries({ queryKey: keys.promotions(brandId) });
      void client.invalidateQueries({ queryKey: keys.promotionVersions(promotion.promotion_id) });
      void message.success(t(common.formSaved));
      if (!stored) await navigate({ to: paths.promotion(brandId, promotion.promotion_id) as "/", replace: true, ignoreBlocker: true });
    } catch (thrown) {
      form.refuse(thrown);
    } finally {
      setSaving(false);
    }
  }

  return (
    <>
      {stored?.state === "ended" ? <Alert type="info" showIcon title={t(texts.ended)} style={{ marginBottom: 12 }} /> : null}
      {stored?.state !== "ended" && !manages ? <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} /> : null}
      {manages && wasEnabled ? <Alert type="info" showIcon title={t(texts.activeHint)} style={{ marginBottom: 12 }} /> : null}
      <RuleSentence rule={draft.rule} />
      <div className={styles.editor}>
        <fieldset className={styles.form} disabled={!manages}>
          <RuleEditor brandId={brandId} rule={draft.rule} types={ruleTypes} limits={limitNames} faults={form.faults} onChange={(rule) => set({ rule })} />
          <FormSection title={t(texts.inside)}>
            <div className={styles.fields}>
              <Field label={t(texts.internalName)} faults={form.faults("beside.internal_name")}>
                <Input size="large" maxLength={60} showCount aria-label={t(texts.internalName)} value={draft.internal_name} onChange={({ target }) => set({ internal_name: target.value })} />
              </Field>
              <Field label={t(texts.note)} faults={form.faults("beside.note")}>
                <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} aria-label={t(texts.note)} value={draft.note} onChange={({ target }) => set({ note: target.value })} />
              </Field>
              <CostShares shares={draft.cost_shares} faults={form.faults("beside.cost_shares")} onChange={(cost_shares) => set({ cost_shares })} />
            </div>
          </FormSection>
        </fieldset>
        <aside className={styles.aside}>
          <Samples rule={draft.rule} promotionId={stored?.promotion_id ?? ""} />
        </aside>
      </div>
      <div className={styles.foot}>
        {form.refusal ? (
          <div style={{ flex: "1 0 100%" }}>
            <RefusalAlert refusal={form.refusal} onReload={onReload} />
          </div>
        ) : null}
        <span className={styles.footText} aria-live="polite">{manages && dirty ? t(common.formUnsaved) : ""}</span>
        {stored ? <Button size="large" onClick={() => setVersions(true)}>{t(texts.versions)}</Button> : null}
        {manages ? (
          <>
            <Button size="large" type={stored?.state === "draft" && !dirty ? "default" : "primary"} loading={saving} disabled={!dirty && stored !== undefined} onClick={() => void save()}>
              {wasEnabled ? t(texts.saveActive) : t(texts.saveDraft)}
            </Button>
            {stored?.state === "draft" ? (
              <Button size="large" type={dirty ? "default" : "primary"} disabled={dirty} title={dirty ? t(texts.checkFirst) : undefined} onClick={() => setChecking(true)}>
                {t(texts.check)}
              </Button>
            ) : null}
          </>
        ) : null}
      </div>
      {checking && stored ? <CheckDrawer brandId={brandId} promotion={stored} rule={draft.rule} onClose={() => setChecking(false)} /> : null}
      {versions && stored ? <VersionsDrawer promotionId={stored.promotion_id} onClose={() => setVersions(false)} /> : null}
    </>
  );
}

/** Pausing, resuming and ending; a draft can be deleted. */
function Steps({ promotion, brandId, editable }: { promotion: Promotion; brandId: string; editable: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const { promotion_id, version, state, internal_name } = promotion;
  if (!editable || state === "ended") return null;

  async function step(one: PromotionStep) {
    const answer = await changeState(promotion_id, version, one);
    client.setQueryData(keys.promotion(promotion_id), { promotion: answer.promotion, editable: true });
    void client.invalidateQueries({ queryKey: keys.promotions(brandId) });
    void message.success(t(texts.stepDone[one]));
  }

  async function remove() {
    await deletePromotion(promotion_id);
    void client.invalidateQueries({ queryKey: keys.promotions(brandId) });
    void message.success(t(texts.deleted));
    await navigate({ to: paths.promotions(brandId) as "/", ignoreBlocker: true });
  }

  if (state === "draft") {
    return (
      <Button danger size="large" onClick={() => danger({ title: t(texts.deleteTitle, { name: internal_name }), text: t(texts.deleteText), deed: t(texts.delete), act: () => remove().catch(toast) })}>
        {t(texts.delete)}
      </Button>
    );
  }
  const main = state === "paused" ? "resume" : "pause";
  return (
    <>
      <Button size="large" onClick={() => void step(main).catch(toast)}>{t(texts.step[main])}</Button>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [{
            key: "end", danger: true, label: t(texts.step.end),
            onClick: () => danger({ title: t(texts.endTitle, { name: internal_name }), text: t(texts.endText), deed: t(texts.step.end), act: () => step("end").catch(toast) }),
          }],
        }}
      >
        <Button size="large">{t(texts.more)}</Button>
      </Dropdown>
    </>
  );
}
