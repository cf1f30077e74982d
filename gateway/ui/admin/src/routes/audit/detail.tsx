import { formatDateTime } from "@yizhimai/kit";
import { Table, Typography } from "antd";

import type { AuditEntry, FieldChange } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { useBranchNames, usePlaceName, useWho } from "./names";
import { texts } from "./texts";
import { actionWord, fieldWord, objectWord, valueWord } from "./words";

/** One record: who, when, where, why, and each field before and after. */
export function AuditDetail({ record, onClose }: { record: AuditEntry | undefined; onClose: () => void }) {
  const t = useT();
  return (
    <DetailDrawer open={record !== undefined} title={record ? actionWord(t, record.action) : ""} onClose={onClose}>
      {record ? <Record record={record} /> : null}
    </DetailDrawer>
  );
}

function Record({ record }: { record: AuditEntry }) {
  const t = useT();
  const sentence = useReason();
  const who = useWho();
  const placeName = usePlaceName();
  const branchNames = useBranchNames();
  const { timeZone } = useScope();
  const id = (text: string) => <Typography.Text copyable style={{ wordBreak: "break-all" }}>{text}</Typography.Text>;
  return (
    <>
      <Facts
        facts={[
          [t(texts.when), formatDateTime(record.recorded_at, timeZone)],
          [t(texts.who), who(record)],
          [t(texts.where), placeName(record)],
          [t(texts.what), record.object_type ? objectWord(t, record.object_type) : "—"],
          [t(texts.objectId), record.object_id ? id(record.object_id) : "—"],
          [t(texts.outcome), record.outcome === "OK" ? t(texts.done) : sentence({ reason: record.outcome })],
          ...(record.reason ? ([[t(texts.why), record.reason]] as const) : []),
          ...(record.network ? ([[t(texts.network), record.network]] as const) : []),
          ...(record.user_agent ? ([[t(texts.device), record.user_agent]] as const) : []),
          ...(record.session_id ? ([[t(texts.session), id(record.session_id)]] as const) : []),
          ...(record.trace_id ? ([[t(texts.trace), id(record.trace_id)]] as const) : []),
        ]}
      />
      {record.changes.length > 0 ? (
        <Table<FieldChange>
          size="small"
          pagination={false}
          rowKey="field"
          dataSource={record.changes}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t(texts.fieldLabel), key: "field", render: (_, change) => fieldWord(t, branchNames(change.field)) },
            { title: t(texts.before), key: "before", render: (_, change) => <Value text={valueWord(t, record, change.before)} /> },
            { title: t(texts.after), key: "after", render: (_, change) => <Value text={valueWord(t, record, change.after)} /> },
          ]}
          footer={record.omitted_changes > 0 ? () => t(texts.moreChanges, { count: record.omitted_changes }) : undefined}
        />
      ) : null}
      {record.request_json ? (
        <details>
          <summary style={{ padding: "8px 0", cursor: "pointer" }}>{t(texts.request)}</summary>
          <pre style={{ overflowX: "auto", fontSize: 13 }} tabIndex={0}>{pretty(record.request_json)}</pre>
        </details>
      ) : null}
    </>
  );
}

function Value({ text }: { text: string }) {
  return <span style={{ whiteSpace: "normal", wordBreak: "break-word", display: "inline-block", maxWidth: 200 }}>{text}</span>;
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json) as unknown, null, 2);
}
