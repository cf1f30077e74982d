import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { Alert, App, Button, Checkbox, Dropdown, Flex, Input, Segmented } from "antd";
import { useState } from "react";

import type { CouponTemplate } from "../../data/benefit-types";
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
import { Chips, Field } from "../limits/fields";
import { MomentField } from "../rules/conditions-fields";
import { CostShares } from "../rules/cost-shares";
import type { FaultsAt } from "../rules/faults";
import { CountInput } from "../rules/money-input";
import { RuleEditor, RuleSentence } from "../rules/rule-editor";
import styles from "../rules/rules.module.css";
import { Samples } from "../rules/samples";
import { useRuleForm } from "../rules/use-rule-form";
import { GivingList } from "../giving/giving-list";
import { texts as givingTexts } from "../giving/texts";
import { CouponsView } from "./coupons-view";
import { IssueDrawer } from "./issue-drawer";
import { changeTemplateState, saveTemplate, templateQuery } from "./queries";
import { parts, type TemplatePart } from "./search";
import { TemplateTag } from "./state-tag";
import { daysFromIssue, draftOf, faultsBeside, inputOf, newTemplate, type TemplateDraft } from "./template";
import { texts } from "./texts";

const besides = ["internal_name", "terms", "picture_url", "validity", "uses_per_coupon", "issue_limit", "per_member_limit", "cost_shares"] as const;
const limitNames = ["per_order", "max_discount"] as const;
const MOST_COUPONS = 10_000_000;

/** 新增券種. */
export function NewTemplatePage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const [draft] = useState(() => newTemplate(brandId));
  return (
    <Page>
      <PageHeader title={t(texts.titleNew)} back={paths.coupons(brandId)} />
      <Editor brandId={brandId} initial={draft} stored={undefined} editable onReload={() => undefined} />
    </Page>
  );
}

const route = getRouteApi("/signed-in/brands/$brandId/coupons/$templateId");

/** A kind of coupon: its settings, and the coupons that were issued of it. */
export function TemplatePage() {
  const t = useT();
  const { brandId, templateId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(templateQuery(templateId));
  const me = useMe();
  return (
    <Page>
      <QueryView query={query}>
        {({ template, editable }) => {
          const manages = editable && may(me, "member.coupons", "manage");
          return (
            <>
              <PageHeader
                title={template.internal_name}
                back={paths.coupons(brandId)}
                hint={<TemplateTag state={template.state} />}
                actions={manages ? <Actions template={template} brandId={brandId} /> : null}
              />
              <Segmented<TemplatePart>
                size="large"
                style={{ marginBottom: 16 }}
                aria-label={template.internal_name}
                value={search.part ?? "settings"}
                onChange={(next) => void navigate({ search: next === "settings" ? {} : { part: next } })}
                options={parts.map((one) => ({ value: one, label: t(texts.part[one]) }))}
              />
              {search.part === "giving" ? (
                <GivingList title={t(givingTexts.title)} hint={t(givingTexts.hint)} templateId={templateId} occasion="joined" manages={manages} />
              ) : search.part === "coupons" ? (
                <CouponsView template={template} manages={manages} search={search} onSearch={(next) => void navigate({ search: { part: "coupons", ...next } })} />
              ) : (
                <Editor
                  key={`${template.template_id} ${String(template.version)}`}
                  brandId={brandId}
                  initial={draftOf(template)}
                  stored={template}
                  editable={manages && template.state !== "ended"}
                  onReload={() => void query.refetch()}
                />
              )}
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function Actions({ template, brandId }: { template: CouponTemplate; brandId: string }) {
  const t = useT();
  const client = useQueryClient();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const [issuing, setIssuing] = useState(false);
  const { state, internal_name } = template;

  async function change(next: "active" | "stopped" | "ended") {
    try {
      const changed = await changeTemplateState(template, next);
      client.setQueryData(keys.couponTemplate(template.template_id), { template: changed, editable: true });
      void client.invalidateQueries({ queryKey: keys.couponTemplates(brandId) });
      void message.success(t(texts.stepDone[next]));
    } catch (thrown) {
      toast(thrown);
    }
  }

  if (state === "ended") return null;
  return (
    <>
      {state === "active" ? (
        <>
          <Button size="large" type="primary" onClick={() => setIssuing(true)}>{t(texts.issue)}</Button>
          <Button size="large" onClick={() => void change("stopped")}>{t(texts.step.stopped)}</Button>
        </>
      ) : (
        <Button size="large" type="primary" onClick={() => void change("active")}>{t(texts.step.active)}</Button>
      )}
      {state === "draft" ? null : (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [{
              key: "ended", danger: true, label: t(texts.step.ended),
              onClick: () => danger({ title: t(texts.endTitle, { name: internal_name }), text: t(texts.endText), deed: t(texts.step.ended), act: () => change("ended") }),
            }],
          }}
        >
          <Button size="large">{t(texts.more)}</Button>
        </Dropdown>
      )}
      {issuing ? <IssueDrawer template={template} onClose={() => setIssuing(false)} /> : null}
    </>
  );
}

interface EditorProps {
  brandId: string;
  initial: TemplateDraft;
  stored: CouponTemplate | undefined;
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
  const keyOf = useBodyKey();
  const dirty = JSON.stringify(draft) !== JSON.stringify(initial);
  const form = useRuleForm(draft.rule, besides, faultsBeside(draft).map((place) => ({ place: `beside.${place}`, text: t(texts.bad[place]) })));
  useLeaveGuard(dirty && !saving);
  const manages = editable && may(me, "member.coupons", "manage") && holdsBrand(me, brandId);

  function set(part: Partial<TemplateDraft>) {
    if (!manages) return;
    setDraft((now) => ({ ...now, ...part }));
    form.clear();
  }

  async function save() {
    if (!form.check()) return;
    setSaving(true);
    form.clear();
    const input = inputOf(draft);
    try {
      const template = await saveTemplate(stored, input, keyOf(input));
      client.setQueryData(keys.couponTemplate(template.template_id), { template, editable: true });
      void client.invalidateQueries({ queryKey: keys.couponTemplates(brandId) });
      void message.success(t(common.formSaved));
      if (!stored) await navigate({ to: paths.couponTemplate(brandId, template.template_id) as "/", replace: true, ignoreBlocker: true });
    } catch (thrown) {
      form.refuse(thrown);
    } finally {
      setSaving(false);
    }
  }

  const isEnded = stored?.state === "ended";
  return (
    <>
      {isEnded ? <Alert type="info" showIcon title={t(texts.ended)} style={{ marginBottom: 12 }} /> : null}
      {!isEnded && !manages ? <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} /> : null}
      {manages && stored && stored.state !== "draft" ? <Alert type="info" showIcon title={t(texts.editHint)} style={{ marginBottom: 12 }} /> : null}
      <RuleSentence rule={draft.rule} />
      <div className={styles.editor}>
        <fieldset className={styles.form} disabled={!manages}>
          <ValiditySection draft={draft} faults={form.faults} onChange={set} />
          <RuleEditor brandId={brandId} rule={draft.rule} limits={limitNames} withPeriod={false} faults={form.faults} onChange={(rule) => set({ rule })} />
          <IssuingSection draft={draft} faults={form.faults} onChange={set} />
          <FormSection title={t(texts.shown)}>
            <div className={styles.fields}>
              <Field label={t(texts.terms)} hint={t(texts.termsHint)} faults={form.faults("beside.terms")}>
                <Input.TextArea maxLength={2_000} autoSize={{ minRows: 2, maxRows: 8 }} aria-label={t(texts.terms)} value={draft.terms} onChange={({ target }) => set({ terms: target.value })} />
              </Field>
              <Field label={t(texts.picture)} faults={form.faults("beside.picture_url")}>
                <Input size="large" type="url" maxLength={500} placeholder="https://" aria-label={t(texts.picture)} value={draft.picture_url} onChange={({ target }) => set({ picture_url: target.value })} />
              </Field>
            </div>
          </FormSection>
          <FormSection title={t(texts.inside)}>
            <div className={styles.fields}>
              <Field label={t(texts.internalName)} faults={form.faults("beside.internal_name")}>
                <Input size="large" maxLength={60} showCount aria-label={t(texts.internalName)} value={draft.internal_name} onChange={({ target }) => set({ internal_name: target.value })} />
              </Field>
              <CostShares shares={draft.cost_shares} faults={form.faults("beside.cost_shares")} onChange={(cost_shares) => set({ cost_shares })} />
            </div>
          </FormSection>
        </fieldset>
        <aside className={styles.aside}>{may(me, "member.promotions") ? <Samples rule={draft.rule} promotionId="" /> : null}</aside>
      </div>
      {manages ? (
        <div className={styles.foot}>
          {form.refusal ? (
            <div style={{ flex: "1 0 100%" }}>
              <RefusalAlert refusal={form.refusal} onReload={onReload} />
            </div>
          ) : null}
          <span className={styles.footText} aria-live="polite">{dirty ? t(common.formUnsaved) : ""}</span>
          <Button size="large" type="primary" loading={saving} disabled={!dirty && stored !== undefined} onClick={() => void save()}>
            {!stored || stored.state === "draft" ? t(texts.saveDraft) : t(common.formSave)}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface SectionProps {
  draft: TemplateDraft;
  faults: FaultsAt;
  onChange: (part: Partial<TemplateDraft>) => void;
}

function ValiditySection({ draft: { validity }, faults, onChange }: SectionProps) {
  const t = useT();
  const kind = validity.days === null || validity.days === undefined ? "fixed" : "days";
  const set = (part: Partial<TemplateDraft["validity"]>) => onChange({ validity: { ...validity, ...part } });
  return (
    <FormSection title={t(texts.validity)} hint={t(texts.daysHint)}>
      <Field label={t(texts.validity)} faults={faults("beside.validity")}>
        <Chips
          label={t(texts.validity)}
          values={["days", "fixed"] as const}
          chosen={kind}
          text={(one) => t(texts.validityKind[one])}
          onChoose={(one) => one !== kind && onChange({ validity: one === "days" ? daysFromIssue : { ...daysFromIssue, days: null } })}
        />
        {kind === "days" ? (
          <Flex wrap gap={24}>
            <Field label={t(texts.days)} faults={[]}>
              <CountInput label={t(texts.days)} max={730} value={validity.days ?? null} onChange={(days) => set({ days: days ?? 1 })} />
            </Field>
            <Field label={t(texts.delay)} faults={[]}>
              <CountInput label={t(texts.delay)} min={0} max={365} placeholder={t(texts.delayNone)} value={validity.start_delay_days || null} onChange={(delay) => set({ start_delay_days: delay ?? 0 })} />
            </Field>
          </Flex>
        ) : (
          <Flex wrap gap={24}>
            <MomentField label={t(texts.starts)} isEnd={false} instant={validity.starts_at} onChange={(starts_at) => set({ starts_at })} />
            <MomentField label={t(texts.ends)} isEnd instant={validity.ends_at} onChange={(ends_at) => set({ ends_at })} />
          </Flex>
        )}
      </Field>
    </FormSection>
  );
}

function IssuingSection({ draft, faults, onChange }: SectionProps) {
  const t = useT();
  return (
    <FormSection title={t(texts.issuing)}>
      <div className={styles.fields}>
        <div className={styles.grid}>
          <Field label={t(texts.issueLimit)} faults={faults("beside.issue_limit")}>
            <CountInput label={t(texts.issueLimit)} max={MOST_COUPONS} placeholder={t(texts.noLimit)} value={draft.issue_limit} onChange={(issue_limit) => onChange({ issue_limit })} />
          </Field>
          <Field label={t(texts.perMember)} faults={faults("beside.per_member_limit")}>
            <CountInput label={t(texts.perMember)} max={999} placeholder={t(texts.noLimit)} value={draft.per_member_limit} onChange={(per_member_limit) => onChange({ per_member_limit })} />
          </Field>
          <Field label={t(texts.usesPerCoupon)} faults={faults("beside.uses_per_coupon")}>
            <CountInput label={t(texts.usesPerCoupon)} max={99} value={draft.uses_per_coupon} onChange={(uses) => onChange({ uses_per_coupon: uses ?? 1 })} />
          </Field>
        </div>
        <Checkbox checked={draft.transferable} onChange={({ target }) => onChange({ transferable: target.checked })}>{t(texts.transferable)}</Checkbox>
      </div>
    </FormSection>
  );
}
