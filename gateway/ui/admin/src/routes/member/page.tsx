import { MoreOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, App, Button, Dropdown } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { MemberProfile } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { saveFile } from "../../patterns/save-file";
import { QueryView } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { holdsShared, may, mayDo } from "../../session/may";
import { memberName, phoneText } from "../membership/member-words";
import { BlockDialog } from "./block-dialog";
import { ContactCard } from "./contact-card";
import { CouponsCard } from "./coupons-card";
import { EditDrawer } from "./edit-drawer";
import { HabitsCard } from "./habits-card";
import styles from "./member.module.css";
import { MergesCard } from "./merges-card";
import { NotesCard } from "./notes-card";
import { OrdersCard } from "./orders-card";
import { PointsCard } from "./points-card";
import { copyMember, eraseMember, memberQuery, setState } from "./queries";
import { TagsCard } from "./tags-card";
import { texts } from "./texts";
import { TierCard } from "./tier-card";

/** A member's profile: who it is, what the member has and does, and what staff know. */
export function MemberPage() {
  const { memberId = "" } = useParams({ strict: false });
  const query = useQuery(memberQuery(memberId));
  return (
    <Page>
      <QueryView query={query}>{(profile) => <Profile key={memberId} profile={profile} />}</QueryView>
    </Page>
  );
}

function Profile({ profile }: { profile: MemberProfile }) {
  const t = useT();
  const me = useMe();
  const { member } = profile;
  const lives = member.state !== "merged" && member.state !== "erased";
  return (
    <>
      <PageHeader title={memberName(t, member)} hint={<span className="tabular">{phoneText(member.phone)}</span>} back={paths.members()} actions={lives ? <Actions profile={profile} /> : null} />
      <StateNotice profile={profile} />
      <div className={styles.grid}>
        <div className={styles.column}>
          <ContactCard profile={profile} edits={lives} />
          {may(me, "member.tags") ? <TagsCard memberId={member.member_id} edits={lives} /> : null}
          {lives ? <NotesCard profile={profile} /> : null}
          <MergesCard memberId={member.member_id} />
        </div>
        <div className={styles.column}>
          {may(me, "member.ledger") ? <PointsCard member={member} edits={lives} /> : null}
          {may(me, "member.vip") ? <TierCard member={member} edits={lives} /> : null}
          {may(me, "member.coupons") ? <CouponsCard memberId={member.member_id} /> : null}
          <HabitsCard profile={profile} />
          <OrdersCard orders={profile.orders} />
        </div>
      </div>
    </>
  );
}

function StateNotice({ profile }: { profile: MemberProfile }) {
  const t = useT();
  const { timeZone } = useScope();
  const nameOf = useAccountNames();
  const { member, state_change, merged_into } = profile;
  if (member.state === "active") return null;
  const title = { blocked: texts.blockedNotice, prepays: texts.prepaysNotice, merged: texts.mergedNotice, erased: texts.erasedNotice }[member.state];
  return (
    <Alert
      type={member.state === "blocked" ? "error" : "warning"}
      showIcon
      style={{ marginBottom: 16 }}
      title={t(title)}
      description={state_change ? t(texts.stateBy, { name: nameOf(state_change.account_id), time: formatDateTime(state_change.at, timeZone), reason: state_change.reason }) : undefined}
      action={
        merged_into ? (
          <Link to={paths.member(merged_into) as LinkProps["to"]}>
            <Button>{t(texts.mergedOpen)}</Button>
          </Link>
        ) : undefined
      }
    />
  );
}

type Act = "edit" | "block" | "unblock" | "copy" | "erase";

function Actions({ profile }: { profile: MemberProfile }) {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [act, setAct] = useState<Act>();
  const { member } = profile;
  const name = memberName(t, member);
  const shared = holdsShared(me);
  const edits = shared && may(me, "member.profiles", "manage");
  const blocks = shared && may(me, "member.list", "manage");
  const close = () => setAct(undefined);
  const refresh = () => client.invalidateQueries({ queryKey: keys.membership() });
  const items = [
    ...(edits && mayDo(me, "member.export") ? [{ key: "copy", label: t(texts.copy) }] : []),
    ...(edits && mayDo(me, "member.erase") ? [{ key: "erase", label: t(texts.erase), danger: true }] : []),
  ];

  async function copy(reason: string) {
    const data = await copyMember(member.member_id, reason);
    saveFile(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }), `member-${member.member_id}.json`);
  }

  async function erase(reason: string) {
    await eraseMember(member, reason);
    await refresh();
    void message.success(t(texts.erased));
  }

  async function unblock(reason: string) {
    await setState(member, "active", reason);
    await refresh();
  }

  return (
    <>
      {edits ? <Button size="large" onClick={() => setAct("edit")}>{t(texts.edit)}</Button> : null}
      {blocks ? (
        member.state === "active" ? (
          <Button size="large" danger onClick={() => setAct("block")}>{t(texts.block)}</Button>
        ) : (
          <Button size="large" onClick={() => setAct("unblock")}>{t(texts.unblock)}</Button>
        )
      ) : null}
      {items.length > 0 ? (
        <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => setAct(key as Act) }}>
          <Button size="large" icon={<MoreOutlined />} aria-label={t(common.actionMore)} />
        </Dropdown>
      ) : null}
      {act === "edit" ? <EditDrawer profile={profile} onClose={close} onSaved={refresh} /> : null}
      {act === "block" ? <BlockDialog member={member} onClose={close} onDone={refresh} /> : null}
      {act === "unblock" ? (
        <ReasonDialog
          title={t(texts.unblockTitle, { name })}
          text={t(texts.unblockText)}
          deed={t(texts.unblock)}
          usual={[t(texts.unblockWhySettled), t(texts.unblockWhyMistake)]}
          onDo={unblock}
          onClose={close}
        />
      ) : null}
      {act === "copy" ? <ReasonDialog title={t(texts.copyTitle, { name })} text={t(texts.copyText)} deed={t(texts.copy)} usual={[t(texts.copyWhyRequest)]} onDo={copy} onClose={close} /> : null}
      {act === "erase" ? (
        <ReasonDialog title={t(texts.eraseTitle, { name })} text={t(texts.eraseText)} deed={t(texts.eraseDo)} danger usual={[t(texts.copyWhyRequest)]} onDo={erase} onClose={close} />
      ) : null}
    </>
  );
}
