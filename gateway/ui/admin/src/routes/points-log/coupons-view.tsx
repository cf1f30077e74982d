import { useQuery } from "@tanstack/react-query";
import { formatDate, formatDateTime } from "@yizhimai/kit";
import { Button, Input, Tag } from "antd";
import { useState } from "react";

import type { Coupon } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState, QueryView } from "../../patterns/states";
import { usePrivateText } from "../../patterns/use-private-text";
import { memberName, phoneText } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { texts as membershipTexts } from "../membership/texts";
import { foundMembersQuery } from "../members/queries";
import { CouponDrawer } from "./coupon-drawer";
import { couponsQuery } from "./queries";
import type { LogSearch } from "./search";
import { texts } from "./texts";

interface CouponsViewProps {
  search: LogSearch;
  onFilter: (next: Partial<LogSearch>) => void;
  onPages: (pages: string[]) => void;
}

/** Coupons of one member with what happened to each. */
export function CouponsView({ search, onFilter, onPages }: CouponsViewProps) {
  if (!search.member) return <MemberChoice onChoose={(member) => onFilter({ member })} />;
  return <Coupons memberId={search.member} pages={search.pages ?? []} onPages={onPages} onOther={() => onFilter({ member: undefined })} />;
}

function MemberChoice({ onChoose }: { onChoose: (memberId: string) => void }) {
  const t = useT();
  const [text, find] = usePrivateText();
  const query = useQuery(foundMembersQuery(text));
  return (
    <>
      <Input.Search
        key={text}
        allowClear
        size="large"
        enterButton
        style={{ maxWidth: 520, marginBottom: 16 }}
        placeholder={t(texts.couponFind)}
        aria-label={t(texts.couponFind)}
        defaultValue={text}
        onSearch={(typed) => find(typed.trim(), { tab: "coupons" })}
      />
      {text === "" ? (
        <EmptyState title={t(texts.couponBegin)} hint={t(texts.couponBeginHint)} />
      ) : (
        <QueryView query={query}>
          {({ members }) =>
            members.length === 0 ? (
              <EmptyState title={t(texts.noneFound)} hint={t(texts.couponBeginHint)} />
            ) : (
              <section className={membership.card} aria-label={t(texts.couponBegin)}>
                <ul className={membership.list}>
                  {members.map((member) => {
                    const name = memberName(t, member);
                    return (
                      <li key={member.member_id}>
                        <span className={membership.grow}>
                          <strong>{name}</strong> <span className={`tabular ${membership.soft}`}>{phoneText(member.phone)}</span>
                        </span>
                        <Button aria-label={t(texts.couponOpenNamed, { name })} onClick={() => onChoose(member.member_id)}>{t(texts.couponOpen)}</Button>
                      </li>
                    );
                  })}
                </ul>
              </section>
            )
          }
        </QueryView>
      )}
    </>
  );
}

interface Row {
  coupon: Coupon;
  issued: string;
  valid: string;
  uses: string;
  state: string;
  open: () => void;
}

const columns: readonly ListColumn<Row>[] = [
  {
    key: "name", title: texts.couponName, fixed: true,
    render: (row) => (
      <Button type="link" style={{ height: "auto", padding: 0, textAlign: "start", whiteSpace: "normal" }} onClick={row.open}>
        {row.coupon.name}
      </Button>
    ),
  },
  { key: "state", title: texts.couponStateLabel, fixed: true, render: (row) => <Tag color={row.coupon.state === "unused" ? "success" : "default"}>{row.state}</Tag> },
  { key: "issued", title: texts.couponIssued, render: (row) => <span className="tabular">{row.issued}</span> },
  { key: "valid", title: texts.couponValid, render: (row) => <span className="tabular">{row.valid}</span> },
  { key: "uses", title: texts.couponUses, align: "right", render: (row) => <span className="tabular">{row.uses}</span> },
];

interface CouponsProps {
  memberId: string;
  pages: string[];
  onPages: (pages: string[]) => void;
  onOther: () => void;
}

function Coupons({ memberId, pages, onPages, onOther }: CouponsProps) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useQuery(couponsQuery(memberId, pages));
  const [opened, setOpened] = useState<string>();
  const rows = query.data?.coupons.map(
    (coupon): Row => ({
      coupon,
      issued: formatDateTime(coupon.issued_at, timeZone),
      valid: t(texts.couponPeriod, { from: formatDate(coupon.valid_from, timeZone), until: formatDate(coupon.valid_until, timeZone) }),
      uses: t(texts.couponUsesOf, { left: coupon.uses_left, allowed: coupon.uses_allowed }),
      state: t(membershipTexts.couponState[coupon.state]),
      open: () => setOpened(coupon.coupon_id),
    }),
  );
  return (
    <>
      <ListPage<Row>
        name="coupon-log"
        columns={columns}
        rowKey={({ coupon }) => coupon.coupon_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={pages}
        nextToken={query.data?.next_page_token}
        onPages={onPages}
        onOpen={(row) => row.open()}
        filters={<Button onClick={onOther}>{t(texts.couponOther)}</Button>}
        empty={<EmptyState title={t(texts.couponNone)} />}
      />
      <CouponDrawer couponId={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
