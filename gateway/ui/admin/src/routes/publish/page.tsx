import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, type LinkProps } from "@tanstack/react-router";
import { formatDateTime, formatMoney, formatSignedMoney } from "@yizhimai/kit";
import { Alert, Button, Checkbox, Flex, Result, Select, Table } from "antd";
import { useState } from "react";

import { call, newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Branch, MenuVersion, PublishChange, PublishCheck } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { PrintRoutes } from "./print-routes";
import { menusQuery, publishCheckQuery } from "./queries";
import styles from "./publish.module.css";
import { texts } from "./texts";
import { usePrintRoutes } from "./use-print-routes";

const BIG_CHANGE = 0.3;

/** Findings of the check that are no refusals and so have no sentence in the catalogue of reasons. */
const ours = ["TAX_TYPE_MISSING", "CATEGORY_EMPTY", "PRICE_CHANGE_LARGE"] as const;

function isOurs(reason: string): reason is (typeof ours)[number] {
  return ours.some((one) => one === reason);
}

/** 發布菜單: check, see the difference, publish. */
export function PublishPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const { branches, branch } = useScope();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const me = useMe();
  const manages = may(me, "store.catalog", "manage");
  const mine = branches.filter((one) => one.brand_id === brandId && one.state !== "closed");
  const [left, setLeft] = useState<readonly string[]>([]);
  const chosen = mine.filter((one) => !left.includes(one.branch_id)).map((one) => one.branch_id);
  const query = useQuery({ ...publishCheckQuery(brandId, chosen), enabled: chosen.length > 0 });
  const routes = usePrintRoutes(brandId, chosen);
  const [published, setPublished] = useState<MenuVersion[]>();
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => newIdempotencyKey());

  async function publish() {
    setBusy(true);
    try {
      const { versions } = await call("POST", "/api/admin/brands/{brand_id}/publish", {
        path: { brand_id: brandId }, body: { branch_ids: chosen }, key,
      });
      setPublished(versions);
      setKey(newIdempotencyKey());
      await client.invalidateQueries({ queryKey: keys.publishCheck(brandId) });
      await Promise.all(chosen.map((id) => client.invalidateQueries({ queryKey: keys.menus(id) })));
    } catch (thrown) {
      toast(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.publish)} hint={t(texts.hint)} />
      {published ? (
        <Result
          status="success"
          title={t(texts.done, { count: published.length })}
          subTitle={t(texts.doneHint)}
          extra={<Button onClick={() => setPublished(undefined)}>{t(texts.backToCheck)}</Button>}
        />
      ) : (
        <>
          <section className={styles.box} aria-label={t(texts.branches)}>
            <h2>{t(texts.branches)}</h2>
            <Checkbox.Group
              value={[...chosen]}
              onChange={(ids) => setLeft(mine.map((one) => one.branch_id).filter((id) => !ids.includes(id)))}
              options={mine.map((one) => ({ value: one.branch_id, label: one.name }))}
            />
          </section>
          {chosen.length === 0 ? (
            <EmptyState title={t(texts.noBranch)} />
          ) : (
            <QueryView query={query}>
              {(check) => (
                <>
                  <Findings check={check} brandId={brandId} mayBeClean={routes.state === "fine" || routes.state === "failed"} />
                  <PrintRoutes routes={routes} branches={mine} linked={may(me, "device.printers")} />
                  <Changes check={check} branches={mine} />
                  {manages ? (
                    <div className={styles.foot}>
                      <span>{t(texts.promise)}</span>
                      <Button type="primary" size="large" loading={busy} disabled={check.findings.some((finding) => finding.blocking)} onClick={() => void publish()}>
                        {t(texts.deed, { count: chosen.length })}
                      </Button>
                    </div>
                  ) : null}
                </>
              )}
            </QueryView>
          )}
        </>
      )}
      <Versions branches={mine} first={branch?.branch_id} />
    </Page>
  );
}

interface FindingsProps {
  check: PublishCheck;
  brandId: string;
  /** What is checked besides has found nothing either. */
  mayBeClean: boolean;
}

function Findings({ check, brandId, mayBeClean }: FindingsProps) {
  const t = useT();
  const sentence = useReason();
  const groups = [
    { blocking: true, title: t(texts.blocking), type: "error" as const },
    { blocking: false, title: t(texts.warnings), type: "warning" as const },
  ];
  if (check.findings.length === 0 && !mayBeClean) return null;
  if (check.findings.length === 0) return <Alert type="success" showIcon title={t(texts.clean)} style={{ marginTop: 16 }} />;

  function name(finding: PublishCheck["findings"][number]) {
    if (finding.entity === "product") return <Link to={paths.product(brandId, finding.entity_id) as LinkProps["to"]} style={{ color: "inherit", textDecoration: "underline" }}>{finding.entity_name}</Link>;
    return <strong>{finding.entity_name}</strong>;
  }

  function words(finding: PublishCheck["findings"][number]) {
    if (finding.reason === "GROUP_UNSATISFIABLE") return t(texts.finding.GROUP_UNSATISFIABLE, { products: finding.product_names.join("、") });
    return isOurs(finding.reason) ? t(texts.finding[finding.reason]) : sentence(finding);
  }

  return groups.map((group) => {
    const found = check.findings.filter((finding) => finding.blocking === group.blocking);
    return found.length === 0 ? null : (
      <Alert
        key={group.type}
        type={group.type}
        showIcon
        title={`${group.title}（${String(found.length)}）`}
        style={{ marginTop: 16 }}
        description={
          <ul style={{ margin: 0, paddingLeft: 20, maxHeight: 220, overflow: "auto" }} tabIndex={0} aria-label={group.title}>
            {found.map((finding) => (
              <li key={`${finding.reason} ${finding.entity_id}`}>
                {name(finding)}：{words(finding)}
              </li>
            ))}
          </ul>
        }
      />
    );
  });
}

function Changes({ check, branches }: { check: PublishCheck; branches: Branch[] }) {
  const t = useT();
  const name = (id: string) => branches.find((one) => one.branch_id === id)?.name ?? id;
  const quiet = check.changes.every((change) => change.added + change.removed + change.changed === 0);
  return (
    <section className={styles.box} aria-label={t(texts.changes)}>
      <h2>{t(texts.changes)}</h2>
      {quiet ? <p style={{ color: "var(--ink-2)" }}>{t(texts.same)}</p> : null}
      {quiet ? null : check.changes.map((change) => (
        <div key={change.branch_id} className={styles.change}>
          <Flex gap={16} wrap align="baseline">
            <h3>{name(change.branch_id)}</h3>
            <span className="tabular">{t(texts.counts, { added: change.added, removed: change.removed, changed: change.changed })}</span>
          </Flex>
          {change.prices.length > 0 ? <Prices change={change} /> : null}
        </div>
      ))}
    </section>
  );
}

function Prices({ change }: { change: PublishChange }) {
  const t = useT();
  const big = (row: PublishChange["prices"][number]) => row.before > 0 && Math.abs(row.after - row.before) / row.before > BIG_CHANGE;
  return (
    <Table
      size="small"
      rowKey={(row) => `${row.product_id} ${row.variant_name}`}
      dataSource={change.prices}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      rowClassName={(row) => (big(row) ? (styles.big ?? "") : "")}
      columns={[
        { title: t(common.productName), key: "name", render: (_, row) => (row.variant_name ? `${row.product_name}（${row.variant_name}）` : row.product_name) },
        { title: t(texts.before), key: "before", align: "right", render: (_, row) => <s className="tabular">{formatMoney(row.before)}</s> },
        { title: t(texts.after), key: "after", align: "right", render: (_, row) => <strong className="tabular">{formatMoney(row.after)}</strong> },
        {
          title: t(texts.difference), key: "difference", align: "right",
          render: (_, row) => (
            <span className="tabular" style={{ color: row.after > row.before ? "var(--state-placed)" : "var(--state-ready)", fontWeight: 600 }}>
              {formatSignedMoney(row.after - row.before)}
              {big(row) ? ` ${t(texts.bigChange)}` : ""}
            </span>
          ),
        },
      ]}
    />
  );
}

function Versions({ branches, first }: { branches: Branch[]; first: string | undefined }) {
  const t = useT();
  const [branchId = branches[0]?.branch_id ?? "", setBranchId] = useState(first);
  const query = useQuery({ ...menusQuery(branchId), enabled: branchId !== "" });
  const zone = branches.find((one) => one.branch_id === branchId)?.time_zone ?? "Asia/Taipei";
  return (
    <section className={styles.box} aria-label={t(texts.versions)}>
      <Flex justify="space-between" align="center" gap={12} wrap style={{ marginBottom: 12 }}>
        <h2>{t(texts.versions)}</h2>
        <Select aria-label={t(texts.versionsOf)} style={{ minWidth: 180 }} value={branchId} onChange={setBranchId} options={branches.map((one) => ({ value: one.branch_id, label: one.name }))} />
      </Flex>
      <Table<MenuVersion>
        size="small"
        rowKey="menu_version_id"
        loading={query.isLoading}
        dataSource={query.data ?? []}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: <EmptyState title={t(texts.never)} hint={t(texts.neverHint)} /> }}
        columns={[
          { title: t(texts.number), key: "number", render: (_, one) => `#${String(one.number)}` },
          { title: t(texts.at), key: "at", render: (_, one) => <span className="tabular">{formatDateTime(one.published_at, zone)}</span> },
          { title: t(texts.by), dataIndex: "published_by" },
          { title: t(texts.products), dataIndex: "product_count", align: "right" },
        ]}
      />
    </section>
  );
}
