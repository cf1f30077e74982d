import { FileTextOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, type LinkProps } from "@tanstack/react-router";
import { ProblemError, problemOf } from "@yizhimai/api";
import { formatDate } from "@yizhimai/kit";
import { Alert, App, Button, DatePicker, Select, Table, Upload } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { SettlementAccount, SettlementImport, SettlementMapping } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useRefusalToast } from "../../patterns/use-toast";
import { formatExact } from "./amounts";
import { isComplete, MappingFields } from "./mapping-fields";
import { importFile, type FileChoice } from "./queries";
import styles from "./settlements.module.css";
import { texts } from "./texts";

const MOST_BYTES = 10 * 1024 * 1024;

interface ImportDrawerProps {
  brandId: string;
  accounts: readonly SettlementAccount[];
  /** Account that the list is filtered by. */
  chosen: string | undefined;
  onClose: () => void;
}

interface Read {
  choice: FileChoice;
  report: SettlementImport;
}

/** Imports a file: choose it, see how it is read, correct the columns, import. */
export function ImportDrawer({ brandId, accounts, chosen, onClose }: ImportDrawerProps) {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const { timeZone } = useScope();
  const used = accounts.filter((one) => !one.archived || one.account_id === chosen);
  const [accountId, setAccountId] = useState(chosen ?? (used.length === 1 ? used[0]?.account_id : undefined));
  const today = formatDate(new Date(), timeZone);
  const [paidOn, setPaidOn] = useState(today);
  const [read, setRead] = useState<Read>();
  const [busy, setBusy] = useState(false);

  async function run(act: () => Promise<void>) {
    setBusy(true);
    await act().catch(toast);
    setBusy(false);
  }

  const check = (choice: FileChoice) => run(async () => setRead({ choice, report: await importFile(choice, true) }));
  const open = (settlementId: string) => navigate({ to: paths.settlement(brandId, settlementId) as LinkProps["to"] });
  const apply = ({ choice }: Read) =>
    run(async () => {
      const report = await importFile({ ...choice, paidOn }, false);
      if (!report.settlement) {
        setRead({ choice, report });
        return;
      }
      void message.success(report.repeated ? t(texts.knownFile) : t(texts.imported));
      await client.invalidateQueries({ queryKey: keys.settlements(brandId) });
      await open(report.settlement.settlement_id);
    });
  const map = (mapping: SettlementMapping) => {
    if (!read) return;
    const choice = { ...read.choice, mapping };
    setRead({ ...read, choice });
    if (isComplete(mapping)) void check(choice);
  };

  const report = read?.report;
  const known = report?.settlement?.settlement_id;
  const chosenColumns = read?.choice.mapping ?? report?.mapping;
  const ready = report !== undefined && !known && chosenColumns && isComplete(chosenColumns) && report.problem_count === 0 && report.row_count > 0;
  return (
    <DetailDrawer
      open
      title={t(texts.import)}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          {known ? (
            <Button size="large" type="primary" onClick={() => void open(known)}>{t(texts.openKnown)}</Button>
          ) : (
            <Button size="large" type="primary" loading={busy} disabled={!ready} onClick={() => read && void apply(read)}>
              {t(texts.apply, { count: report?.row_count ?? 0 })}
            </Button>
          )}
        </div>
      }
    >
      <div className={styles.mapping}>
        <label>
          {t(texts.account)}
          <Select
            size="large"
            style={{ width: "100%", marginTop: 4 }}
            aria-label={t(texts.account)}
            placeholder={t(texts.chooseAccount)}
            value={accountId}
            onChange={(next: string) => {
              setAccountId(next);
              setRead(undefined);
            }}
            options={used.map(({ account_id, name }) => ({ value: account_id, label: name }))}
          />
        </label>
        <label>
          {t(texts.paidOn)}
          <DatePicker
            size="large"
            style={{ width: "100%", marginTop: 4 }}
            aria-label={t(texts.paidOn)}
            allowClear={false}
            maxDate={dayjs(today)}
            value={dayjs(paidOn)}
            onChange={(_, day) => setPaidOn(Array.isArray(day) ? today : (day ?? today))}
          />
        </label>
      </div>
      <Upload.Dragger
        accept=".csv,text/csv"
        maxCount={1}
        showUploadList={false}
        disabled={busy || !accountId}
        beforeUpload={(file) => {
          if (file.size > MOST_BYTES) toast(tooLarge);
          else if (accountId) void check({ accountId, paidOn, file });
          return false;
        }}
      >
        <p style={{ fontSize: 32, color: "var(--primary)" }}>
          <FileTextOutlined aria-hidden />
        </p>
        <p style={{ fontSize: 17, fontWeight: 600 }}>{read ? t(texts.dropAgain, { name: read.choice.file.name }) : t(texts.drop)}</p>
        <p style={{ color: "var(--ink-2)" }}>{accountId ? t(texts.dropHint) : t(texts.chooseAccount)}</p>
      </Upload.Dragger>
      {report ? <Report report={report} /> : null}
      {read && report && !known ? (
        <MappingFields columns={report.columns} mapping={chosenColumns ?? undefined} disabled={busy} onChange={map} />
      ) : null}
    </DetailDrawer>
  );
}

/** How a file is read. */
function Report({ report }: { report: SettlementImport }) {
  const t = useT();
  const sentence = useReason();
  const { problem_count: bad, row_count: count, skipped_count: skipped, sums } = report;
  const money = (value: number) => formatExact(value, "TWD");
  if (report.settlement) return <Alert showIcon type="info" title={t(texts.knownFile)} />;
  if (!report.mapping && bad === 0) return <Alert showIcon type="warning" title={t(texts.columnsNeeded)} />;
  if (bad === 0 && count === 0) return <Alert showIcon type="warning" title={t(texts.empty)} />;
  const lines = [t(texts.sumOf, { count, amount: money(sums.amount_e4), fee: money(sums.fee_e4), net: money(sums.net_e4) }), ...(skipped > 0 ? [t(texts.skipped, { count: skipped })] : [])];
  return (
    <section aria-live="polite">
      <Alert
        showIcon
        type={bad > 0 ? "error" : "success"}
        title={bad > 0 ? t(texts.bad, { count: bad }) : t(texts.good)}
        description={<span className="tabular">{lines.join(t(common.listComma))}</span>}
      />
      {bad > 0 ? (
        <Table
          size="small"
          style={{ marginTop: 12 }}
          rowKey={(row) => `${String(row.line)} ${row.column} ${row.reason}`}
          dataSource={report.problems}
          pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          columns={[
            { title: t(texts.line), dataIndex: "line", align: "right", width: 72 },
            { title: t(texts.columnLabel), dataIndex: "column" },
            { title: t(texts.cell), key: "cell", render: (_, row) => <code style={{ overflowWrap: "anywhere" }}>{row.value || t(texts.blank)}</code> },
            { title: t(texts.reason), key: "reason", render: (_, row) => sentence(row) },
          ]}
        />
      ) : null}
    </section>
  );
}

const tooLarge = new ProblemError(problemOf({ reason: "FILE_TOO_LARGE", params: { max: "10 MB" } }, 413));
