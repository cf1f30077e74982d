import { FileTextOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemError, problemOf } from "@yizhimai/api";
import { Link, useParams, type LinkProps } from "@tanstack/react-router";
import { Alert, Button, Flex, Result, Select, Steps, Table, Tag, Upload } from "antd";
import { useState } from "react";

import { call } from "../../data/gateway";
import { optionGroupsQuery } from "../../data/shared-queries";
import type { ImportReport } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { useRefusalToast } from "../../patterns/use-toast";
import { readCsv } from "./read-csv";

interface Picked {
  name: string;
  text: string;
  report: ImportReport;
}

const MOST_BYTES = 10 * 1024 * 1024;

/** 匯入商品: pick a file, see what would happen, then do it. */
export function ImportPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const toast = useRefusalToast();
  const groups = useQuery(optionGroupsQuery(brandId));
  const [groupIds, setGroupIds] = useState<string[]>([]);
  const [picked, setPicked] = useState<Picked>();
  const [done, setDone] = useState<ImportReport>();
  const [busy, setBusy] = useState(false);

  function send(text: string, dryRun: boolean, ids = groupIds): Promise<ImportReport> {
    return call("POST", "/api/admin/brands/{brand_id}/products/import", {
      path: { brand_id: brandId }, query: { dry_run: dryRun, option_group_ids: ids.join(",") || undefined }, body: text,
    });
  }

  async function run(act: () => Promise<void>) {
    setBusy(true);
    await act().catch(toast);
    setBusy(false);
  }

  const check = (file: File) =>
    run(async () => {
      const text = await readCsv(file);
      setPicked({ name: file.name, text, report: await send(text, true) });
    });
  const apply = () =>
    run(async () => {
      if (!picked) return;
      const report = await send(picked.text, false);
      if (report.applied) {
        setDone(report);
        await client.invalidateQueries({ queryKey: ["brand", brandId] });
      } else setPicked({ ...picked, report });
    });

  if (done) {
    return (
      <Page narrow>
        <Result
          status="success"
          title={t("import.done", { created: done.created, updated: done.updated })}
          subTitle={t("import.doneHint")}
          extra={
            <Flex gap={8} justify="center" wrap>
              <Link to={paths.publish(brandId) as LinkProps["to"]}>
                <Button type="primary">{t("fn.publish")}</Button>
              </Link>
              <Link to={paths.products(brandId) as LinkProps["to"]}>
                <Button>{t("import.toProducts")}</Button>
              </Link>
            </Flex>
          }
        />
      </Page>
    );
  }
  return (
    <Page narrow>
      <PageHeader title={t("product.import")} hint={t("import.hint")} back={paths.products(brandId)} />
      <Steps
        size="small"
        responsive={false}
        current={picked ? 1 : 0}
        items={[{ title: t("import.step.pick") }, { title: t("import.step.check") }, { title: t("import.step.write") }]}
        style={{ marginBottom: 20 }}
      />
      <Upload.Dragger
        accept=".csv,text/csv"
        maxCount={1}
        showUploadList={false}
        disabled={busy}
        beforeUpload={(file) => {
          if (file.size > MOST_BYTES) toast(tooLarge);
          else void check(file);
          return false;
        }}
      >
        <p style={{ fontSize: 32, color: "var(--primary)" }}>
          <FileTextOutlined aria-hidden />
        </p>
        <p style={{ fontSize: 17, fontWeight: 600 }}>{picked ? t("import.again", { name: picked.name }) : t("import.drop")}</p>
        <p style={{ color: "var(--ink-2)" }}>{t("import.columns")}</p>
      </Upload.Dragger>
      {picked ? (
        <Flex vertical gap={16} style={{ marginTop: 20 }}>
          <label>
            {t("import.groups")}
            <Select
              mode="multiple"
              style={{ width: "100%", marginTop: 4 }}
              aria-label={t("import.groups")}
              placeholder={t("import.groupsNone")}
              value={groupIds}
              onChange={setGroupIds}
              options={groups.data?.map((group) => ({ value: group.option_group_id, label: group.name }))}
            />
          </label>
          <Report report={picked.report} />
          <Flex justify="end" gap={8}>
            <Button onClick={() => setPicked(undefined)}>{t("import.dropFile")}</Button>
            <Button type="primary" size="large" loading={busy} disabled={picked.report.problems.length > 0 || picked.report.created + picked.report.updated === 0} onClick={() => void apply()}>
              {t("import.apply", { count: picked.report.created + picked.report.updated })}
            </Button>
          </Flex>
        </Flex>
      ) : null}
    </Page>
  );
}

const tooLarge = new ProblemError(problemOf({ reason: "FILE_TOO_LARGE", params: { max: "10 MB" } }, 413));

function Report({ report }: { report: ImportReport }) {
  const t = useT();
  const sentence = useReason();
  const bad = report.problems.length;
  const colours: Record<string, string> = { created: "success", updated: "processing" };
  return (
    <section aria-label={t("import.report")} aria-live="polite">
      <Alert
        showIcon
        type={bad > 0 ? "error" : "success"}
        title={bad > 0 ? t("import.bad", { count: bad }) : t("import.good")}
        description={t("import.counts", { created: report.created, updated: report.updated, unchanged: report.unchanged, categories: report.categories_created })}
        style={{ marginBottom: 12 }}
      />
      {bad > 0 ? (
        <Table
          size="small"
          rowKey={(row) => `${String(row.line)} ${row.column}`}
          dataSource={report.problems}
          pagination={bad > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t("import.line"), dataIndex: "line", align: "right", width: 72 },
            { title: t("import.column"), dataIndex: "column" },
            { title: t("import.value"), key: "value", render: (_, row) => <code>{row.value || t("import.blank")}</code> },
            { title: t("import.reason"), key: "reason", render: (_, row) => sentence(row) },
          ]}
        />
      ) : (
        <Table
          size="small"
          rowKey="line"
          dataSource={report.rows.filter((row) => row.change !== "unchanged")}
          pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: t("import.nothing") }}
          columns={[
            { title: t("import.line"), dataIndex: "line", align: "right", width: 72 },
            { title: t("product.name"), dataIndex: "name" },
            { title: t("import.change"), key: "change", render: (_, row) => <Tag color={colours[row.change]}>{row.change === "created" ? t("import.created") : t("import.updated")}</Tag> },
            { title: t("import.detail"), dataIndex: "detail" },
          ]}
        />
      )}
    </section>
  );
}
