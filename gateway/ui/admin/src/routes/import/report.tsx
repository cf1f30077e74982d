import { Alert, Table, Tag } from "antd";

import type { ImportReport } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { changeText, columnName, removalText } from "./columns";
import { texts } from "./texts";

const colours: Record<string, string> = { created: "success", updated: "processing" };

/** What the file would do: what is wrong with it, or what it takes away and changes. */
export function Report({ report }: { report: ImportReport }) {
  const t = useT();
  const bad = report.problems.length;
  return (
    <section aria-label={t(texts.report)} aria-live="polite">
      <Alert
        showIcon
        type={bad > 0 ? "error" : "success"}
        title={bad > 0 ? t(texts.bad, { count: bad }) : t(texts.good)}
        description={t(texts.counts, { created: report.created, updated: report.updated, unchanged: report.unchanged, categories: report.categories_created })}
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
        { title: t(texts.line), dataIndex: "line", align: "right", width: 72 },
        { title: t(texts.column), key: "column", render: (_, row) => columnName(t, row.column) },
        { title: t(texts.value), key: "value", render: (_, row) => <code>{row.value || t(texts.blank)}</code> },
        { title: t(texts.reason), key: "reason", render: (_, row) => sentence(row) },
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
      title={t(texts.losing, { count: report.losing })}
      description={
        <ul style={{ margin: 0, paddingLeft: 20, maxHeight: 220, overflow: "auto" }} tabIndex={0} aria-label={t(texts.losing, { count: report.losing })}>
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
      locale={{ emptyText: t(texts.nothing) }}
      columns={[
        { title: t(texts.line), dataIndex: "line", align: "right", width: 72 },
        { title: t(common.productName), dataIndex: "name" },
        { title: t(texts.change), key: "change", render: (_, row) => <Tag color={colours[row.change]}>{row.change === "created" ? t(texts.created) : t(texts.updated)}</Tag> },
        {
          title: t(texts.detail),
          key: "detail",
          render: (_, row) => row.changes.map((change) => <div key={change.column} style={{ whiteSpace: "normal" }}>{changeText(t, change)}</div>),
        },
      ]}
    />
  );
}
