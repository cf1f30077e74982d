import { Alert, Table, Tag } from "antd";

import type { ImportReport } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { changeText, columnName, removalText } from "./columns";

const colours: Record<string, string> = { created: "success", updated: "processing" };

/** What the file would do: what is wrong with it, or what it takes away and changes. */
export function Report({ report }: { report: ImportReport }) {
  const t = useT();
  const bad = report.problems.length;
  return (
    <section aria-label={t("import.report")} aria-live="polite">
      <Alert
        showIcon
        type={bad > 0 ? "error" : "success"}
        title={bad > 0 ? t("import.bad", { count: bad }) : t("import.good")}
        description={t("import.counts", { created: report.created, updated: report.updated, unchanged: report.unchanged, categories: report.categories_created })}
        style={{ marginBottom: 12 }}
      />
      {bad > 0 ? <Problems problems={report.problems} /> : (
        <>
          <Removals report={report} />
          <Rows rows={report.rows} />
        </>
      )}
    </section>
  );
}

function Problems({ problems }: { problems: ImportReport["problems"] }) {
  const t = useT();
  const sentence = useReason();
  return (
    <Table
      size="small"
      rowKey={(row) => `${String(row.line)} ${row.column}`}
      dataSource={problems}
      pagination={problems.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      columns={[
        { title: t("import.line"), dataIndex: "line", align: "right", width: 72 },
        { title: t("import.column"), key: "column", render: (_, row) => columnName(t, row.column) },
        { title: t("import.value"), key: "value", render: (_, row) => <code>{row.value || t("import.blank")}</code> },
        { title: t("import.reason"), key: "reason", render: (_, row) => sentence(row) },
      ]}
    />
  );
}

/** What would be gone, in words, before anything is written. */
function Removals({ report }: { report: ImportReport }) {
  const t = useT();
  if (report.losing === 0) return null;
  return (
    <Alert
      showIcon
      type="warning"
      title={t("import.losing", { count: report.losing })}
      description={
        <ul style={{ margin: 0, paddingLeft: 20, maxHeight: 220, overflow: "auto" }} tabIndex={0} aria-label={t("import.losing", { count: report.losing })}>
          {report.removals.map((removal) => (
            <li key={`${removal.column} ${removal.item}`}>{removalText(t, removal)}</li>
          ))}
        </ul>
      }
      style={{ marginBottom: 12 }}
    />
  );
}

function Rows({ rows }: { rows: ImportReport["rows"] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="line"
      dataSource={rows.filter((row) => row.change !== "unchanged")}
      pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: t("import.nothing") }}
      columns={[
        { title: t("import.line"), dataIndex: "line", align: "right", width: 72 },
        { title: t("product.name"), dataIndex: "name" },
        { title: t("import.change"), key: "change", render: (_, row) => <Tag color={colours[row.change]}>{row.change === "created" ? t("import.created") : t("import.updated")}</Tag> },
        {
          title: t("import.detail"),
          key: "detail",
          render: (_, row) => row.changes.map((change) => <div key={change.column} style={{ whiteSpace: "normal" }}>{changeText(t, change)}</div>),
        },
      ]}
    />
  );
}
