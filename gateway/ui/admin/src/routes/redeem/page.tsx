import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { isUnanswered } from "@yizhimai/api";
import { formatDateTime, formatTime, type Refusal } from "@yizhimai/kit";
import { Alert, App, Button, Flex, Input, type InputRef } from "antd";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type FormEvent } from "react";

import type { Coupon } from "../../data/benefit-types";
import { call, newIdempotencyKey, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { may } from "../../session/may";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import rules from "../rules/rules.module.css";
import styles from "./redeem.module.css";
import { couponCode, RedeemQueue, type RedemptionConflict } from "./redeem-queue";
import { texts } from "./texts";

const RETRY_MS = 5_000;
const MOST_RECENT = 10;

/** The sentence of a refusal about a coupon: one that does not exist is no wrong code of a promotion. */
function useRefusalText(): (refusal: Refusal) => string {
  const t = useT();
  const sentence = useReason();
  return (refusal) => (refusal.reason === "CODE_INVALID" ? t(texts.unknown) : sentence(refusal));
}

type Found = { kind: "coupon"; coupon: Coupon; reason: string; params: Record<string, string> } | { kind: "refused"; text: string } | { kind: "offline" };

interface Done {
  key: string;
  name: string;
  code: string;
  at: Date;
}

/** 核銷: takes a use of a coupon at the counter, without a line too. */
export function RedeemPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const redeems = may(useMe(), "ops.orders", "manage");
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.redeem)} hint={t(texts.hint)} />
      {redeems ? <Counter key={branchId} branchId={branchId} /> : <EmptyState title={t(texts.readOnly)} />}
    </Page>
  );
}

function Counter({ branchId }: { branchId: string }) {
  const t = useT();
  const refusalText = useRefusalText();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found>();
  const [busy, setBusy] = useState(false);
  const [recent, setRecent] = useState<Done[]>([]);
  const field = useRef<InputRef>(null);
  const key = useRef(newIdempotencyKey());

  const queue = useMemo(
    () =>
      new RedeemQueue((sent, coupon) => {
        setRecent((all) => [{ key: sent.key, name: coupon.name, code: coupon.code, at: new Date() }, ...all].slice(0, MOST_RECENT));
        void client.invalidateQueries({ queryKey: keys.coupon(coupon.coupon_id) });
      }),
    [client],
  );
  const { pending, conflicts } = useSyncExternalStore(queue.subscribe, queue.stored);

  useEffect(() => {
    if (pending.length === 0) return;
    void queue.flush();
    const timer = setInterval(() => void queue.flush(), RETRY_MS);
    const online = () => void queue.flush();
    addEventListener("online", online);
    return () => {
      clearInterval(timer);
      removeEventListener("online", online);
    };
  }, [pending.length, queue]);

  function next() {
    setText("");
    setFound(undefined);
    key.current = newIdempotencyKey();
    field.current?.focus();
  }

  async function find(event: FormEvent) {
    event.preventDefault();
    const code = couponCode(text);
    if (code === "") return;
    setBusy(true);
    setFound(undefined);
    try {
      const answer = await call("GET", "/api/admin/coupons/by-code/{code}", { path: { code }, query: { branch_id: branchId } });
      setFound({ kind: "coupon", ...answer });
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setFound(isUnanswered(problem) ? { kind: "offline" } : { kind: "refused", text: refusalText(problem.fields[0] ?? problem) });
    } finally {
      setBusy(false);
    }
  }

  async function redeem(code: string) {
    setBusy(true);
    try {
      const { coupon } = await call("POST", "/api/admin/coupons/redeem", { body: { branch_id: branchId, code, redeemed_at: null }, key: key.current });
      setRecent((all) => [{ key: key.current, name: coupon.name, code: coupon.code, at: new Date() }, ...all].slice(0, MOST_RECENT));
      void message.success(t(texts.redeemed, { name: coupon.name }));
      next();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      // Nobody knows whether it went through: repeated with its key it is one redemption.
      if (isUnanswered(problem)) keepFor(code, false, key.current);
      else setFound({ kind: "refused", text: refusalText(problem.fields[0] ?? problem) });
    } finally {
      setBusy(false);
    }
  }

  function keepFor(code: string, offline: boolean, known?: string) {
    queue.add({ branch_id: branchId, code, offline, ...(known ? { key: known } : {}) });
    void message.info(t(texts.kept));
    next();
  }

  return (
    <Flex vertical gap={20}>
      <form className={styles.scan} onSubmit={(event) => void find(event)}>
        <Input ref={field} autoFocus size="large" className="tabular" autoComplete="off" autoCapitalize="characters" maxLength={40} aria-label={t(texts.code)} placeholder={t(texts.code)} value={text} onChange={({ target }) => setText(target.value)} />
        <Button size="large" type="primary" htmlType="submit" loading={busy && !found}>{t(texts.find)}</Button>
      </form>
      <div aria-live="polite">
        {found?.kind === "coupon" ? <FoundCoupon {...found} busy={busy} onRedeem={() => void redeem(found.coupon.code)} onNext={next} /> : null}
        {found?.kind === "refused" ? <Alert type="error" showIcon role="alert" title={found.text} action={<Button onClick={next}>{t(texts.another)}</Button>} /> : null}
        {found?.kind === "offline" ? (
          <Alert type="warning" showIcon title={t(texts.offline)} description={t(texts.offlineText)} action={<Button type="primary" size="large" onClick={() => keepFor(couponCode(text), true)}>{t(texts.keep)}</Button>} />
        ) : null}
      </div>
      {conflicts.length > 0 ? (
        <section className={styles.box} data-alert aria-label={t(texts.conflicts, { count: conflicts.length })}>
          <h2>{t(texts.conflicts, { count: conflicts.length })}</h2>
          <p className={rules.soft}>{t(texts.conflictsHint)}</p>
          <ul className={rules.plainList}>
            {conflicts.map((one) => (
              <Conflict key={one.key} conflict={one} onSeen={() => queue.dismiss(one.key)} />
            ))}
          </ul>
        </section>
      ) : null}
      {pending.length > 0 ? (
        <section className={styles.box} aria-label={t(texts.pending, { count: pending.length })}>
          <div className={rules.partHead}>
            <h2>{t(texts.pending, { count: pending.length })}</h2>
            <Button onClick={() => void queue.flush()}>{t(texts.sendNow)}</Button>
          </div>
          <p className={rules.soft}>{t(texts.pendingHint)}</p>
          <ul className={rules.plainList}>
            {pending.map((one) => (
              <li key={one.key} className={rules.partHead}>
                <strong className="tabular">{one.code}</strong>
                <ScannedAt at={one.scanned_at} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {recent.length > 0 ? <Recent done={recent} /> : null}
    </Flex>
  );
}

function ScannedAt({ at }: { at: string }) {
  const t = useT();
  const { timeZone } = useScope();
  return <span className={rules.soft}>{t(texts.scannedAt, { time: formatDateTime(at, timeZone) })}</span>;
}

/** When and where a coupon was used before, as far as it is known. */
function UsedBefore({ params }: { params: Record<string, string> }) {
  const t = useT();
  const { branches, timeZone } = useScope();
  if (!params.used_at) return null;
  const time = formatDateTime(params.used_at, timeZone);
  const branch = branches.find(({ branch_id }) => branch_id === params.branch_id)?.name;
  return <p>{branch && params.by ? t(texts.usedBefore, { time, branch, name: params.by }) : t(texts.usedBeforeShort, { time })}</p>;
}

interface FoundCouponProps {
  coupon: Coupon;
  reason: string;
  params: Record<string, string>;
  busy: boolean;
  onRedeem: () => void;
  onNext: () => void;
}

function FoundCoupon({ coupon, reason, params, busy, onRedeem, onNext }: FoundCouponProps) {
  const t = useT();
  const sentence = useReason();
  const words = useRuleWords();
  return (
    <section className={styles.coupon} aria-label={coupon.name}>
      <h2>{coupon.name}</h2>
      <p className={styles.rule}>{ruleSentence(coupon.rule, words)}</p>
      <p className={rules.soft}>
        <span className="tabular">{coupon.code}</span> · {coupon.uses_left > 0 ? t(texts.usesLeft, { count: coupon.uses_left }) : t(texts.usesNone)} · {t(texts.until, { time: formatDateTime(coupon.valid_until, words.timeZone) })}
      </p>
      {coupon.terms ? (
        <details>
          <summary>{t(texts.terms)}</summary>
          <p className={styles.terms}>{coupon.terms}</p>
        </details>
      ) : null}
      {reason ? (
        <>
          <Alert type="error" showIcon title={t(texts.cannot)} description={sentence({ reason, params })} />
          <UsedBefore params={params} />
          <Button size="large" onClick={onNext}>{t(texts.another)}</Button>
        </>
      ) : (
        <Button size="large" type="primary" className={styles.redeem ?? ""} loading={busy} onClick={onRedeem}>{t(texts.redeem)}</Button>
      )}
    </section>
  );
}

function Conflict({ conflict, onSeen }: { conflict: RedemptionConflict; onSeen: () => void }) {
  const t = useT();
  const refusalText = useRefusalText();
  const { code, scanned_at, reason, params } = conflict;
  return (
    <li>
      <div className={rules.partHead}>
        <strong className="tabular">{code}</strong>
        <Button onClick={onSeen}>{t(texts.seen)}</Button>
      </div>
      <p>{reason === "IN_THE_PAST" ? t(texts.tooOld) : refusalText({ reason, params })}</p>
      <UsedBefore params={params} />
      <ScannedAt at={scanned_at} />
    </li>
  );
}

function Recent({ done }: { done: Done[] }) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <section className={styles.box} aria-label={t(texts.recent)}>
      <h2>{t(texts.recent)}</h2>
      <ul className={rules.plainList}>
        {done.map(({ key, name, code, at }) => (
          <li key={key} className={rules.partHead}>
            <span>
              {name} <span className="tabular">{code}</span>
            </span>
            <span className="tabular">{formatTime(at, timeZone)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
