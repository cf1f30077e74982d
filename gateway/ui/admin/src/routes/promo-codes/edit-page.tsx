import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { formatDateTime, formatMoney } from "@yizhimai/kit";
import { Alert, App, Button, Checkbox, Input } from "antd";
import { useState } from "react";

import type { PromoCode } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { FormSection, useLeaveGuard } from "../../patterns/form-page";
import { RefusalAlert } from "../../patterns/form-refusal";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsBrand, may } from "../../session/may";
import { Field } from "../limits/fields";
import { Badge } from "../rules/badge";
import { CostShares } from "../rules/cost-shares";
import { codeTypes, newRule, noConditions, noLimits, whole } from "../rules/rule";
import { RuleEditor, RuleSentence } from "../rules/rule-editor";
import styles from "../rules/rules.module.css";
import { Samples } from "../rules/samples";
import { useRuleForm } from "../rules/use-rule-form";
import { OrderLink } from "../settlements/order-link";
import { codesFaults, newCodes, type CodesDraft } from "./code";
import { CodeFields } from "./code-fields";
import { CopyDrawer } from "./copy-drawer";
import { createPromoCode, downloadPromoCodes, promoCodeQuery, switchPromoCodes, updatePromoCode, usesQuery, type PromoCodeInput } from "./queries";
import { CodeName, CodeState } from "./state-tag";
import { texts } from "./texts";

const limitNames = ["per_order", "max_discount", "per_member", "per_member_day", "total", "per_day", "budget"] as const;
const besides = ["internal_name", "note", "cost_shares", "code", "batch", "count", "prefix", "uses_per_code", "csv"] as const;

const draftOf = ({ internal_name, note, rule, cost_shares }: PromoCode): PromoCodeInput => ({ internal_name, note, rule: whole(rule), cost_shares });

/** 新增優惠碼. */
export function NewPromoCodePage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const [draft] = useState<PromoCodeInput>(() => ({
    internal_name: "", note: "", cost_shares: [],
    rule: { ...newRule("code"), conditions: { ...noConditions, brand_ids: [brandId] }, limits: { ...noLimits, per_member: 1 } },
  }));
  return (
    <Page>
      <PageHeader title={t(texts.titleNew)} back={paths.promoCodes(brandId)} />
      <Editor brandId={brandId} initial={draft} stored={undefined} editable onReload={() => undefined} />
    </Page>
  );
}

const route = getRouteApi("/signed-in/brands/$brandId/promo-codes/$promoCodeId");

/** A code or batch. */
export function PromoCodePage() {
  const t = useT();
  const { brandId, promoCodeId } = route.useParams();
  const query = useQuery(promoCodeQuery(promoCodeId));
  const { timeZone } = useScope();
  const me = useMe();
  return (
    <Page>
      <QueryView query={query}>
        {({ promo_code: code, editable }) => {
          const manages = editable && may(me, "member.codes", "manage");
          return (
            <>
              <PageHeader
                title={code.internal_name}
                back={paths.promoCodes(brandId)}
                hint={
                  <>
                    <strong><CodeName code={code} /></strong> <CodeState code={code} timeZone={timeZone} /> {t(texts.usage, { orders: code.usage.orders, held: code.usage.held })}
                  </>
                }
                actions={<Actions code={code} brandId={brandId} manages={manages} />}
              />
              <Editor key={`${code.promo_code_id} ${String(code.version)}`} brandId={brandId} initial={draftOf(code)} stored={code} editable={manages} onReload={() => void query.refetch()} />
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function Actions({ code, brandId, manages }: { code: PromoCode; brandId: string; manages: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const [open, setOpen] = useState<"uses" | "copy">();
  const enabled = code.state === "disabled";

  async function change() {
    try {
      await switchPromoCodes([code.promo_code_id], enabled);
      await client.invalidateQueries({ queryKey: keys.promoCode(code.promo_code_id) });
      void client.invalidateQueries({ queryKey: keys.promoCodes(brandId) });
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <>
      <Button size="large" onClick={() => setOpen("uses")}>{t(texts.uses)}</Button>
      {code.code === "" ? <Button size="large" onClick={() => void downloadPromoCodes(code.promo_code_id).catch(toast)}>{t(texts.download)}</Button> : null}
      {manages ? (
        <>
          <Button size="large" onClick={() => setOpen("copy")}>{t(texts.copy)}</Button>
          <Button size="large" danger={!enabled} onClick={() => void change()}>{enabled ? t(texts.enable) : t(texts.disable)}</Button>
        </>
      ) : null}
      {open === "uses" ? <UsesDrawer code={code} onClose={() => setOpen(undefined)} /> : null}
      {open === "copy" ? <CopyDrawer code={code} brandId={brandId} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}

function UsesDrawer({ code, onClose }: { code: PromoCode; onClose: () => void }) {
  const t = useT();
  const { brand, branches, timeZone } = useScope();
  const query = useInfiniteQuery(usesQuery(code.promo_code_id));
  const uses = query.data?.pages.flatMap((page) => page.uses) ?? [];
  const orders = useOrderSummaries(uses.map(({ order_id }) => order_id));
  return (
    <DetailDrawer open title={t(texts.uses)} onClose={onClose}>
      {query.isSuccess && uses.length === 0 ? <p>{t(texts.usesNone)}</p> : null}
      {query.isError ? <Button onClick={() => void query.refetch()}>{t(common.stateRetry)}</Button> : null}
      <ul className={styles.plainList} aria-busy={query.isLoading}>
        {uses.map((use) => (
          <li key={`${use.order_id} ${use.code}`}>
            <div className={styles.partHead}>
              <OrderLink orderId={use.order_id} number={orders.get(use.order_id)?.order_number ?? use.order_id.slice(-5)} branchId={use.branch_id} />
              <span className="tabular">{formatMoney(-use.discount, brand?.currency)}</span>
            </div>
            <div className={styles.soft}>
              {formatDateTime(use.used_at, timeZone)} · {branches.find(({ branch_id }) => branch_id === use.branch_id)?.name ?? "…"} · {use.member_id ? t(texts.member) : t(texts.guest)}
              {code.code ? "" : ` · ${use.code}`} {use.held ? <Badge tone="soon">{t(texts.useHeld)}</Badge> : null}
            </div>
          </li>
        ))}
      </ul>
      {query.hasNextPage ? <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t(common.listMore)}</Button> : null}
    </DetailDrawer>
  );
}

interface EditorProps {
  brandId: string;
  initial: PromoCodeInput;
  stored: PromoCode | undefined;
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
  const [codes, setCodes] = useState<CodesDraft>(newCodes);
  const [disabled, setDisabled] = useState(false);
  const [saving, setSaving] = useState(false);
  const keyOf = useBodyKey();
  const dirty = JSON.stringify(draft) !== JSON.stringify(initial) || codes !== newCodes;
  const ownFaults = [
    ...(draft.internal_name.trim() === "" ? [{ place: "beside.internal_name", text: t(texts.bad.internal_name) }] : []),
    ...(stored ? [] : codesFaults(codes).map((place) => ({ place: `beside.${place === "csv_size" ? "csv" : place}`, text: t(texts.bad[place]) }))),
  ];
  const form = useRuleForm(draft.rule, besides, ownFaults);
  useLeaveGuard(dirty && !saving);
  const manages = editable && may(me, "member.codes", "manage") && holdsBrand(me, brandId);

  function set(part: Partial<PromoCodeInput>) {
    if (!manages) return;
    setDraft((now) => ({ ...now, ...part }));
    form.clear();
  }

  async function save() {
    if (!form.check()) return;
    setSaving(true);
    form.clear();
    const input = { ...draft, internal_name: draft.internal_name.trim(), note: draft.note.trim(), rule: { ...draft.rule, name: draft.rule.name.trim() } };
    try {
      const code = stored ? await updatePromoCode(stored, input) : await createPromoCode(input, codes, disabled, keyOf({ input, codes, disabled }));
      client.setQueryData(keys.promoCode(code.promo_code_id), { promo_code: code, editable: true });
      void client.invalidateQueries({ queryKey: keys.promoCodes(brandId) });
      void message.success(t(common.formSaved));
      if (!stored) await navigate({ to: paths.promoCode(brandId, code.promo_code_id) as "/", replace: true, ignoreBlocker: true });
    } catch (thrown) {
      form.refuse(thrown);
    } finally {
      setSaving(false);
    }
  }

  return (
    <>
      {manages ? null : <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} />}
      <RuleSentence rule={draft.rule} />
      <div className={styles.editor}>
        <fieldset className={styles.form} disabled={!manages}>
          {stored ? null : (
            <FormSection title={t(texts.codes)} hint={t(texts.codesHint)}>
              <CodeFields
                codes={codes}
                faults={form.faults}
                onChange={(part) => {
                  setCodes({ ...codes, ...part });
                  form.clear();
                }}
              />
            </FormSection>
          )}
          <RuleEditor brandId={brandId} rule={draft.rule} types={codeTypes} limits={limitNames} faults={form.faults} onChange={(rule) => set({ rule })} />
          <FormSection title={t(texts.inside)}>
            <div className={styles.fields}>
              <Field label={t(texts.internalName)} faults={form.faults("beside.internal_name")}>
                <Input size="large" maxLength={60} showCount aria-label={t(texts.internalName)} value={draft.internal_name} onChange={({ target }) => set({ internal_name: target.value })} />
              </Field>
              <Field label={t(texts.note)} faults={form.faults("beside.note")}>
                <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} aria-label={t(texts.note)} value={draft.note} onChange={({ target }) => set({ note: target.value })} />
              </Field>
              <CostShares shares={draft.cost_shares} faults={form.faults("beside.cost_shares")} onChange={(cost_shares) => set({ cost_shares })} />
              {stored ? null : <Checkbox checked={disabled} onChange={({ target }) => setDisabled(target.checked)}>{t(texts.startsOff)}</Checkbox>}
            </div>
          </FormSection>
        </fieldset>
        <aside className={styles.aside}>
          {may(me, "member.promotions") ? <Samples rule={draft.rule} promotionId="" /> : null}
        </aside>
      </div>
      {manages ? (
        <div className={styles.foot}>
          {form.refusal ? (
            <div style={{ flex: "1 0 100%" }}>
              <RefusalAlert refusal={form.refusal} onReload={onReload} />
            </div>
          ) : null}
          <span className={styles.footText} aria-live="polite">{dirty ? t(common.formUnsaved) : ""}</span>
          <Button size="large" type="primary" loading={saving} disabled={!dirty} onClick={() => void save()}>{stored ? t(common.formSave) : t(texts.create)}</Button>
        </div>
      ) : null}
    </>
  );
}
