import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDate } from "@yizhimai/kit";
import { Alert, App, Button, Input, Modal, Select } from "antd";
import { useState } from "react";

import type { Coupon, CouponState, CouponTemplate } from "../../data/benefit-types";
import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { mayDo } from "../../session/may";
import { MomentField } from "../rules/conditions-fields";
import { CouponDrawer } from "./coupon-drawer";
import { couponsQuery, extendCoupons, voidCoupons } from "./queries";
import { couponStates, type CouponSearch } from "./search";
import { CouponTag } from "./state-tag";
import { texts } from "./texts";

type Row = Coupon & { timeZone: string; open: () => void; uses: string };

const columns: readonly ListColumn<Row>[] = [
  { key: "code", title: texts.columnCode, fixed: true, render: (row) => <Button type="link" className="tabular" style={{ paddingInline: 0 }} onClick={row.open}>{row.code}</Button> },
  { key: "state", title: texts.columnState, render: (row) => <CouponTag state={row.state} /> },
  { key: "uses", title: texts.columnUses, align: "right", render: (row) => <span className="tabular">{row.uses}</span> },
  { key: "from", title: texts.columnFrom, hidden: true, render: (row) => <span className="tabular">{formatDate(row.valid_from, row.timeZone)}</span> },
  { key: "until", title: texts.columnUntil, render: (row) => <span className="tabular">{formatDate(row.valid_until, row.timeZone)}</span> },
  { key: "issued", title: texts.columnIssuedAt, render: (row) => <span className="tabular">{formatDate(row.issued_at, row.timeZone)}</span> },
];

interface CouponsViewProps {
  template: CouponTemplate;
  manages: boolean;
  search: CouponSearch;
  onSearch: (search: Omit<CouponSearch, "part">) => void;
}

/** 已發的券: the coupons of a kind, to look at, to void and to extend. */
export function CouponsView({ template, manages, search, onSearch }: CouponsViewProps) {
  const t = useT();
  const { timeZone } = useScope();
  const voids = mayDo(useMe(), "coupon.void");
  const [opened, setOpened] = useState<string>();
  const [asking, setAsking] = useState<{ act: "void" | "extend"; coupons: Row[] | undefined; clear: () => void }>();
  const pages = search.pages ?? [];
  const query = useQuery(couponsQuery(template.template_id, search.state, pages));
  const rows = query.data?.coupons.map((coupon) => ({
    ...coupon, timeZone, open: () => setOpened(coupon.coupon_id), uses: t(texts.usesLeft, { left: coupon.uses_left, all: coupon.uses_allowed }),
  }));
  const state = search.state ? { state: search.state } : {};
  return (
    <>
      <ListPage<Row>
        name="coupons"
        columns={columns}
        rowKey={(row) => row.coupon_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={pages}
        nextToken={query.data?.next_page_token}
        onPages={(next) => onSearch({ ...state, ...(next.length > 0 ? { pages: next } : {}) })}
        onOpen={(row) => setOpened(row.coupon_id)}
        bulk={
          manages
            ? (chosen, clear) => (
                <>
                  <Button onClick={() => setAsking({ act: "extend", coupons: chosen, clear })}>{t(texts.extend)}</Button>
                  {voids ? <Button danger onClick={() => setAsking({ act: "void", coupons: chosen, clear })}>{t(texts.void)}</Button> : null}
                </>
              )
            : undefined
        }
        filters={
          <>
            <Select
              allowClear
              style={{ minWidth: 140 }}
              aria-label={t(texts.columnState)}
              placeholder={t(texts.allCouponStates)}
              value={search.state}
              onChange={(next: CouponState | undefined) => onSearch(next ? { state: next } : {})}
              options={couponStates.map((one) => ({ value: one, label: t(texts.couponState[one]) }))}
            />
            {manages ? <Button onClick={() => setAsking({ act: "extend", coupons: undefined, clear: () => undefined })}>{t(texts.extendAll)}</Button> : null}
          </>
        }
        empty={<EmptyState title={search.state ? t(texts.couponsNoneFound) : t(texts.couponsNone)} />}
      />
      {opened ? <CouponDrawer couponId={opened} manages={manages} onClose={() => setOpened(undefined)} /> : null}
      {asking?.act === "void" && asking.coupons ? <VoidDialog template={template} coupons={asking.coupons} onDone={asking.clear} onClose={() => setAsking(undefined)} /> : null}
      {asking?.act === "extend" ? <ExtendDialog template={template} coupons={asking.coupons} onDone={asking.clear} onClose={() => setAsking(undefined)} /> : null}
    </>
  );
}

interface DialogProps {
  template: CouponTemplate;
  onDone: () => void;
  onClose: () => void;
}

/** Runs something about coupons: what refuses it is shown in the dialog. */
function useCouponAct({ template, onDone, onClose }: DialogProps) {
  const sentence = useReason();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  async function run(act: () => Promise<string>) {
    setBusy(true);
    setRefused(undefined);
    try {
      const done = await act();
      await client.invalidateQueries({ queryKey: keys.templateCoupons(template.template_id) });
      void client.invalidateQueries({ queryKey: keys.couponTemplate(template.template_id) });
      void message.success(done);
      onDone();
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(problem.fields.length > 0 ? problem.fields.map(sentence).join(" ") : sentence(problem));
    } finally {
      setBusy(false);
    }
  }
  return { busy, refused, run };
}

function VoidDialog({ coupons, ...props }: DialogProps & { coupons: Row[] }) {
  const t = useT();
  const { busy, refused, run } = useCouponAct(props);
  const [reason, setReason] = useState("");
  const act = async () => t(texts.voidDone, { count: (await voidCoupons(coupons.map((one) => one.coupon_id), reason.trim())).voided_count });
  return (
    <Modal
      open
      title={t(texts.voidTitle, { count: coupons.length })}
      okText={t(texts.void)}
      okButtonProps={{ danger: true, disabled: reason.trim() === "", loading: busy }}
      cancelText={t(common.actionKeep)}
      onOk={() => void run(act)}
      onCancel={props.onClose}
    >
      <p>{t(texts.voidText)}</p>
      <Input size="large" maxLength={200} aria-label={t(texts.voidReason)} placeholder={t(texts.voidReason)} value={reason} onChange={({ target }) => setReason(target.value)} />
      {refused ? <Alert type="error" showIcon role="alert" title={refused} style={{ marginTop: 12 }} /> : null}
    </Modal>
  );
}

function ExtendDialog({ coupons, ...props }: DialogProps & { coupons: Row[] | undefined }) {
  const t = useT();
  const { busy, refused, run } = useCouponAct(props);
  const [until, setUntil] = useState<string | null>(null);
  const { template } = props;
  async function act() {
    const which = coupons ? { coupon_ids: coupons.map((one) => one.coupon_id) } : { template_id: template.template_id };
    return t(texts.extended, { count: (await extendCoupons(which, until ?? "")).extended_count });
  }
  return (
    <Modal
      open
      title={coupons ? t(texts.extendTitle, { count: coupons.length }) : t(texts.extendAllTitle, { name: template.internal_name })}
      okText={t(texts.extend)}
      okButtonProps={{ disabled: until === null, loading: busy }}
      cancelText={t(common.actionKeep)}
      onOk={() => void run(act)}
      onCancel={props.onClose}
    >
      <p>{t(texts.extendHint)}</p>
      <MomentField label={t(texts.extendNeeded)} isEnd instant={until} onChange={setUntil} />
      {refused ? <Alert type="error" showIcon role="alert" title={refused} style={{ marginTop: 12 }} /> : null}
    </Modal>
  );
}
