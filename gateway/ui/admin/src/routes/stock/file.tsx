import { DownloadOutlined, FileTextOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Table, Upload } from "antd";
import { useState } from "react";

import type { StockImportReport } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useRefusalToast } from "../../patterns/use-toast";
import { texts as importTexts } from "../import/texts";
import { importStock } from "./queries";
import { texts } from "./texts";

interface FileDrawerProps {
  branchId: string;
  open: boolean;
  onClose: () => void;
  onImported: () => void;
}

/** 匯入匯出: the whole stock as a file; nothing is written before it has been looked at. */
export function FileDrawer({ branchId, open, onClose, onImported }: FileDrawerProps) {
  const t = useT();
  const toast = useRefusalToast();
  const [picked, setPicked] = useState<{ file: File; report: StockImportReport }>();
  const [busy, setBusy] = useState(false);

  async function run(file: File, dryRun: boolean) {
    setBusy(true);
    try {
      const report = await importStock(branchId, file, dryRun, t(texts.importReason));
      setPicked({ file, report });
      if (report.applied) onImported();
    } catch (thrown) {
      toast(thrown);
    } finally {
      setBusy(false);
    }
  }

  const report = picked?.report;
  const changes = report ? report.created + report.updated : 0;
  return (
    <DetailDrawer open={open} title={t(texts.file)} onClose={onClose}>
      <Button size="large" icon={<DownloadOutlined />} href={`/api/admin/branches/${branchId}/stock/export`}>
        {t(texts.export)}
      </Button>
      <Upload.Dragger
        accept=".csv,text/csv"
        maxCount={1}
        showUploadList={false}
        disabled={busy}
        beforeUpload={(file) => {
          void run(file, true);
          return false;
        }}
      >
        <p style={{ fontSize: 32, color: "var(--primary)" }}>
          <FileTextOutlined aria-hidden />
        </p>
        <p style={{ fontSize: 17, fontWeight: 600 }}>{picked ? t(importTexts.again, { name: picked.file.name }) : t(importTexts.drop)}</p>
        <p style={{ color: "var(--ink-2)" }}>{t(texts.importColumns)}</p>
      </Upload.Dragger>
      {picked && report ? (
        <Flex vertical gap={12}>
          <Report report={report} />
          {report.applied || report.problems.length > 0 ? null : (
            <Button type="primary" size="large" loading={busy} disabled={changes === 0} onClick={() => void run(picked.file, false)}>
              {t(texts.importApply, { count: changes })}
            </Button>
          )}
        </Flex>
      ) : null}
    </DetailDrawer>
  );
}

function Report({ report }: { report: StockImportReport }) {
  const t = useT();
  const sentence = useReason();
  const bad = report.problems.length;
  const title = report.applied ? t(texts.imported) : bad > 0 ? t(importTexts.bad, { count: bad }) : t(importTexts.good);
  return (
    <section aria-label={t(importTexts.report)} aria-live="polite">
      <Alert showIcon type={bad > 0 ? "error" : "success"} title={title} description={t(texts.importCounts, { created: report.created, updated: report.updated, unchanged: report.unchanged })} style={{ marginBottom: 12 }} />
      {bad > 0 ? (
        <Table
          size="small"
          rowKey={(row) => `${String(row.line)} ${row.column}`}
          dataSource={report.problems}
          pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t(importTexts.line), dataIndex: "line", align: "right", width: 72 },
            { title: t(importTexts.column), dataIndex: "column" },
            { title: t(importTexts.value), key: "value", render: (_, row) => <code>{row.value || t(importTexts.blank)}</code> },
            { title: t(importTexts.reason), key: "reason", render: (_, row) => sentence(row) },
          ]}
        />
      ) : (
        <Table
          size="small"
          rowKey="line"
          dataSource={report.rows}
          pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: t(texts.importNothing) }}
          columns={[
            { title: t(importTexts.line), dataIndex: "line", align: "right", width: 72 },
            { title: t(texts.name), dataIndex: "name" },
            { title: t(importTexts.detail), dataIndex: "detail" },
          ]}
        />
      )}
    </section>
  );
}
