import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Flex, Input, Tag } from "antd";
import { useState } from "react";

import type { CouponTemplate } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useBodyKey } from "../../patterns/use-body-key";
import { useRefusalToast } from "../../patterns/use-toast";
import { MemberFinder } from "./member-finder";
import { issueCoupons } from "./queries";
import { texts } from "./texts";

const MOST_MEMBERS = 1_000;

interface IssueDrawerProps {
  template: CouponTemplate;
  onClose: () => void;
}

/** 發券: members are found and chosen, each gets a coupon; those who cannot get one are named with the reason. */
export function IssueDrawer({ template, onClose }: IssueDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { message, modal } = App.useApp();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const keyOf = useBodyKey();
  const { internal_name, template_id } = template;

  const toggle = (memberId: string, name: string, on: boolean) => {
    const next = new Map(chosen);
    if (on && next.size < MOST_MEMBERS) next.set(memberId, name);
    else next.delete(memberId);
    setChosen(next);
  };

  async function issue() {
    setBusy(true);
    try {
      const members = [...chosen.keys()];
      const { issued_count, not_issued } = await issueCoupons(template_id, members, reason.trim(), keyOf({ members, reason }));
      await client.invalidateQueries({ queryKey: keys.templateCoupons(template_id) });
      void client.invalidateQueries({ queryKey: keys.couponTemplate(template_id) });
      if (not_issued.length === 0) void message.success(t(texts.issued, { count: issued_count }));
      else {
        modal.warning({
          title: t(texts.issuedPartly, { count: issued_count, failed: not_issued.length }),
          content: not_issued.map((one) => <p key={one.member_id}>{`${chosen.get(one.member_id) ?? "…"}：${sentence({ reason: one.reason })}`}</p>),
        });
      }
      onClose();
    } catch (thrown) {
      toast(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.issueTitle, { name: internal_name })}
      onClose={onClose}
      footer={
        <Flex justify="end">
          <Button size="large" type="primary" disabled={chosen.size === 0} loading={busy} onClick={() => void issue()}>{t(texts.issueDo, { count: chosen.size })}</Button>
        </Flex>
      }
    >
      <MemberFinder>
        {({ memberId, name }, label) => (
          <Checkbox checked={chosen.has(memberId)} onChange={({ target }) => toggle(memberId, name, target.checked)}>{label}</Checkbox>
        )}
      </MemberFinder>
      {chosen.size > 0 ? (
        <section aria-label={t(texts.chosenMembers)}>
          <h3>{t(texts.chosenMembers)}</h3>
          <Flex wrap gap={8}>
            {[...chosen].map(([memberId, name]) => (
              <Tag key={memberId} closable onClose={() => toggle(memberId, name, false)}>{name}</Tag>
            ))}
          </Flex>
        </section>
      ) : null}
      <Input size="large" maxLength={200} aria-label={t(texts.issueReason)} placeholder={t(texts.issueReason)} value={reason} onChange={({ target }) => setReason(target.value)} />
    </DetailDrawer>
  );
}
