import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatAmount, formatDate, formatMoney } from "@yizhimai/kit";
import { Alert, App, Button, Flex, Tag as Badge } from "antd";
import { useState, type ReactNode } from "react";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { DuplicatePair, Member } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { EmptyState, QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsShared, may, mayDo } from "../../session/may";
import { texts as memberTexts } from "../membership/member-texts";
import { genderWord, memberName, phoneText, sourceWord } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { useTags, useTiers } from "../membership/use-names";
import { duplicatesQuery } from "../members/queries";
import { texts } from "./texts";

/** Pairs of members that may be one person, side by side. */
export function DuplicatesPage() {
  const t = useT();
  const shared = holdsShared(useMe());
  const query = useQuery({ ...duplicatesQuery, enabled: shared });
  return (
    <Page narrow>
      <PageHeader title={t(texts.title)} hint={t(texts.hint)} back={paths.members()} />
      {shared ? (
        <QueryView query={query}>
          {(pairs) =>
            pairs.length === 0 ? (
              <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />
            ) : (
              pairs.map((pair) => <Pair key={`${pair.older.member_id} ${pair.newer.member_id}`} pair={pair} />)
            )
          }
        </QueryView>
      ) : (
        <Alert type="info" showIcon title={t(texts.ofBrandOnly)} />
      )}
    </Page>
  );
}

function Pair({ pair }: { pair: DuplicatePair }) {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { older, newer, causes } = pair;
  const manages = may(me, "member.list", "manage");
  const refresh = () => client.invalidateQueries({ queryKey: keys.membership() });

  async function merge(reason: string) {
    const body = { version: older.version, other_member_id: newer.member_id, other_version: newer.version, reason };
    await call("POST", "/api/admin/members/{member_id}/merge", { path: { member_id: older.member_id }, body, key: keyOf(body) });
    await refresh();
    void message.success(t(texts.merged));
  }

  async function dismiss() {
    setBusy(true);
    try {
      await call("POST", "/api/admin/members/duplicates/dismiss", { body: { member_id: older.member_id, other_member_id: newer.member_id } });
      await refresh();
      void message.success(t(texts.apartDone));
    } catch (thrown) {
      toast(thrown);
    }
    setBusy(false);
  }

  return (
    <section className={membership.card} aria-label={`${memberName(t, older)} · ${memberName(t, newer)}`}>
      <Flex wrap gap={8} style={{ marginBottom: 8 }}>
        {causes.map((cause) => (
          <Badge key={cause} color="warning">{t(memberTexts.cause[cause])}</Badge>
        ))}
      </Flex>
      <div className={membership.scroll}>
        <Comparison older={older} newer={newer} />
      </div>
      {manages ? (
        <Flex wrap gap={8} justify="end" style={{ marginTop: 12 }}>
          <Button size="large" loading={busy} onClick={() => void dismiss()}>{t(texts.apart)}</Button>
          {mayDo(me, "member.merge") ? <Button size="large" type="primary" onClick={() => setAsking(true)}>{t(texts.merge)}</Button> : null}
        </Flex>
      ) : null}
      {asking ? (
        <ReasonDialog
          title={t(texts.mergeTitle, { older: memberName(t, older), newer: memberName(t, newer) })}
          text={t(texts.mergeText)}
          deed={t(texts.merge)}
          usual={[t(texts.mergeWhySame), t(texts.mergeWhyPhone)]}
          onDo={merge}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </section>
  );
}

function Comparison({ older, newer }: { older: Member; newer: Member }) {
  const t = useT();
  const { timeZone } = useScope();
  const tiers = useTiers();
  const tags = useTags();
  const rows: readonly (readonly [title: string, of: (member: Member) => ReactNode])[] = [
    [t(memberTexts.name), (member) => <Link to={paths.member(member.member_id) as LinkProps["to"]}>{memberName(t, member)}</Link>],
    [t(memberTexts.phone), (member) => phoneText(member.phone)],
    [t(memberTexts.line), (member) => member.line_user ?? "—"],
    [t(memberTexts.birthday), (member) => member.birth_day ?? "—"],
    [t(memberTexts.genderLabel), (member) => genderWord(t, member.gender)],
    [t(memberTexts.joined), (member) => formatDate(member.joined_at, timeZone)],
    [t(memberTexts.sourceLabel), (member) => sourceWord(t, member.source)],
    [t(memberTexts.orders), (member) => formatAmount(member.orders)],
    [t(memberTexts.spent), (member) => formatMoney(member.spent)],
    [t(memberTexts.lastOrder), (member) => formatDate(member.last_order_at, timeZone)],
    [t(memberTexts.tier), (member) => tiers.get(member.tier_id ?? "")?.name ?? "—"],
    [t(memberTexts.points), (member) => formatAmount(member.points)],
    [t(memberTexts.tags), (member) => member.tag_ids.flatMap((id) => tags.get(id)?.name ?? []).join(t(common.listComma)) || "—"],
  ];
  return (
    <table className={membership.table}>
      <thead>
        <tr>
          <th scope="col">{t(texts.field)}</th>
          <th scope="col">{t(texts.older)}</th>
          <th scope="col">{t(texts.newer)}</th>
        </tr>
      </thead>
      <tbody className="tabular">
        {rows.map(([title, of]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td>{of(older)}</td>
            <td>{of(newer)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
