import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, type NavigateOptions } from "@tanstack/react-router";
import { Alert, App, Button, Flex, Form, Input, Select } from "antd";
import { useState } from "react";

import { ProblemError, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PrintDocument, PrintLayout, PrintPaper, PrintTemplate } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { useLeaveGuard } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { ErrorState, QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { holdsBrand, may } from "../../session/may";
import { texts as jobTexts } from "../print-jobs/texts";
import { BlockEditor } from "./block-editor";
import { LogoField } from "./logo-field";
import styles from "./printers.module.css";
import { defaultTemplateQuery, saveTemplate, templatesQuery } from "./queries";
import { papers, templated } from "./search";
import { SlipPreview } from "./slip-preview";
import { texts } from "./texts";

const newRoute = getRouteApi("/signed-in/branches/$branchId/printers/templates/new");
const route = getRouteApi("/signed-in/branches/$branchId/printers/templates/$templateId");
const NOT_FOUND = new ProblemError({ status: 404, reason: "NOT_FOUND", params: {}, fields: [], members: {} });

/** A new template, from the standard of its document and paper. */
export function NewPrintTemplatePage() {
  const t = useT();
  const { branchId } = newRoute.useParams();
  const { document = "customer_slip", paper = "mm58" } = newRoute.useSearch();
  const navigate = newRoute.useNavigate();
  const standard = useQuery(defaultTemplateQuery(document, paper));
  const choose = (next: { document?: PrintDocument; paper?: PrintPaper }) => void navigate({ search: { document, paper, ...next }, replace: true });
  return (
    <Page>
      <PageHeader title={t(texts.addTemplate)} back={paths.printers(branchId)} />
      <Flex gap={12} wrap style={{ marginBottom: 16 }}>
        <Select<PrintDocument> size="large" style={{ minWidth: 160 }} aria-label={t(texts.document)} value={document} onChange={(next) => choose({ document: next })} options={templated.map((one) => ({ value: one, label: t(jobTexts.document[one]) }))} />
        <Select<PrintPaper> size="large" style={{ minWidth: 200 }} aria-label={t(texts.kind)} value={paper} onChange={(next) => choose({ paper: next })} options={papers.map((one) => ({ value: one, label: t(texts.paper[one]) }))} />
      </Flex>
      <QueryView query={standard}>
        {({ layout }) => (
          <Editor
            key={`${document} ${paper}`}
            branchId={branchId}
            templateId={undefined}
            initial={{ name: "", document, paper, layout, version: 0 }}
          />
        )}
      </QueryView>
    </Page>
  );
}

/** A template beside what it prints. */
export function PrintTemplatePage() {
  const t = useT();
  const { branchId, templateId } = route.useParams();
  const { brand } = useScope();
  const templates = useQuery({ ...templatesQuery(brand?.brand_id ?? ""), enabled: brand !== undefined });
  const template = templates.data?.find(({ template_id }) => template_id === templateId);
  return (
    <Page>
      <PageHeader
        title={template?.name ?? t(texts.tab.templates)}
        hint={template ? `${t(jobTexts.document[template.document])} · ${t(texts.paper[template.paper])}` : undefined}
        back={paths.printers(branchId)}
      />
      <QueryView query={templates}>
        {() =>
          template ? (
            <Editor key={`${templateId} ${String(template.version)}`} branchId={branchId} templateId={templateId} initial={template} />
          ) : (
            <ErrorState thrown={NOT_FOUND} onRetry={() => void templates.refetch()} />
          )
        }
      </QueryView>
    </Page>
  );
}

interface EditorProps {
  branchId: string;
  /** Left out for a new one. */
  templateId: string | undefined;
  initial: Omit<PrintTemplate, "template_id" | "brand_id">;
}

function Editor({ branchId, templateId, initial }: EditorProps) {
  const t = useT();
  const sentence = useReason();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const me = useMe();
  const { brand } = useScope();
  const brandId = brand?.brand_id ?? "";
  const readOnly = !may(me, "device.printers", "manage") || !holdsBrand(me, brandId);
  const standard = useQuery(defaultTemplateQuery(initial.document, initial.paper));
  const keyOf = useBodyKey();
  const [name, setName] = useState(initial.name);
  const [layout, setLayout] = useState<PrintLayout>(initial.layout);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [nameless, setNameless] = useState(false);
  const dirty = name !== initial.name || JSON.stringify(layout) !== JSON.stringify(initial.layout);
  useLeaveGuard(dirty && !saved && !busy);

  async function save() {
    setNameless(name.trim() === "");
    if (name.trim() === "") return;
    setBusy(true);
    setRefused(undefined);
    const { document, paper, version } = initial;
    const body = { name: name.trim(), document, paper, layout, version };
    try {
      await saveTemplate(brandId, templateId, body, keyOf(body));
      setSaved(true);
      await client.invalidateQueries({ queryKey: keys.printTemplates(brandId) });
      void message.success(t(common.formSaved));
      void navigate({ to: paths.printers(branchId), search: { tab: "templates" } } as NavigateOptions);
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(problem.reason === "VERSION_CONFLICT" ? t(common.formConflictText) : [...new Set((problem.fields.length > 0 ? problem.fields : [problem]).map(sentence))].join(" "));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      {readOnly ? <Alert type="info" showIcon title={t(texts.ofBrand)} style={{ marginBottom: 12 }} /> : null}
      <div className={styles.editor}>
        <div>
          <Form layout="vertical" requiredMark="optional" onFinish={() => void save()}>
            <Form.Item required label={t(texts.templateName)} htmlFor="template-name" {...(nameless ? { validateStatus: "error" as const, help: t(texts.templateNameNeeded) } : {})}>
              <Input id="template-name" size="large" maxLength={60} showCount disabled={readOnly} value={name} onChange={({ target }) => setName(target.value)} />
            </Form.Item>
          </Form>
          <BlockEditor layout={layout} kinds={standard.data?.kinds ?? []} readOnly={readOnly} onChange={setLayout} />
          {layout.blocks.some(({ kind }) => kind === "logo") ? (
            <LogoField logo={layout.logo_png} readOnly={readOnly} onChange={(logo_png) => setLayout((now) => ({ ...now, logo_png }))} />
          ) : null}
          {refused ? <Alert role="alert" type="error" showIcon title={t(common.formRefused)} description={refused} style={{ marginTop: 16 }} /> : null}
          {readOnly ? null : (
            <div className={styles.foot} style={{ marginTop: 16 }}>
              <Button size="large" type="primary" loading={busy} disabled={!dirty && templateId !== undefined} onClick={() => void save()}>{t(common.formSave)}</Button>
            </div>
          )}
        </div>
        <SlipPreview input={{ document: initial.document, paper: initial.paper, layout, per: null }} />
      </div>
    </>
  );
}
