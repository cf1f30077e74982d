import { useQuery } from "@tanstack/react-query";
import { CardRefused, showCardFields, type CardFields } from "@yizhimai/kit";
import { Alert, Button, Modal, Result, Spin } from "antd";
import { useEffect, useRef, useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { AccountVerification, NextStep, PaymentAccount } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { paths } from "../../paths";
import styles from "./payments.module.css";
import { verificationQuery, verifyAccount } from "./queries";
import { forgetVerification, storeVerification, storedVerification } from "./stored";
import { texts } from "./texts";

interface VerifyDialogProps {
  account: PaymentAccount;
  /** A provider's page led back here: goes on with the verification that was started last. */
  isBack: boolean;
  onClose: () => void;
  onPassed: () => Promise<unknown>;
}

interface Started {
  id: string;
  next?: NextStep;
}

/** 驗證: really pays one unit at the provider's test site and asks for its state until it is known. */
export function VerifyDialog({ account, isBack, onClose, onPassed }: VerifyDialogProps) {
  const t = useT();
  const sentence = useReason();
  const { account_id: accountId, name } = account;
  const [started, setStarted] = useState<Started | undefined>(() => {
    const id = isBack ? storedVerification(accountId) : "";
    return id ? { id } : undefined;
  });
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const query = useQuery(verificationQuery(accountId, started?.id ?? ""));
  const state = started ? query.data?.state : undefined;

  useEffect(() => {
    if (state === "passed" || state === "failed") forgetVerification(accountId);
    if (state === "passed") void onPassed();
    // Once for each state: `onPassed` is another function with every render.
  }, [state, accountId]);

  async function start(token?: string) {
    setBusy(true);
    setRefused("");
    const back = `${location.origin}/admin${paths.payments(account.brand_id)}?tab=accounts&verify=${accountId}`;
    try {
      const { verification, next } = await verifyAccount(accountId, { back_url: back, ...(token ? { token } : {}) });
      storeVerification(accountId, verification.verification_id);
      setStarted({ id: verification.verification_id, next });
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    } finally {
      setBusy(false);
    }
  }

  const provider = t(texts.provider[account.provider]);
  return (
    <Modal open title={t(texts.verifyOf, { name })} onCancel={onClose} footer={null} mask={{ closable: false }}>
      <div className={styles.step}>
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        {!started ? (
          <>
            <p>{t(texts.verifyHint, { provider })}</p>
            <Button size="large" type="primary" loading={busy} onClick={() => void start()}>{t(texts.verifyStart)}</Button>
          </>
        ) : state === "passed" || state === "failed" ? (
          <Outcome account={account} verification={query.data} busy={busy} onAgain={() => void start()} onClose={onClose} />
        ) : (
          <>
            {started.next ? <Step next={started.next} provider={provider} busy={busy} onToken={(token) => void start(token)} onPaid={() => setStarted({ id: started.id })} /> : null}
            <Waiting reference={query.data?.reference} isUnreachable={query.isError} />
            {started.next ? null : <Button size="large" loading={busy} onClick={() => void start()}>{t(texts.verifyAgain)}</Button>}
          </>
        )}
      </div>
    </Modal>
  );
}

function Waiting({ reference, isUnreachable }: { reference: string | undefined; isUnreachable: boolean }) {
  const t = useT();
  return (
    <div className={styles.waiting} role="status">
      <Spin size="small" />
      <span>
        {t(isUnreachable ? texts.verifyUnreachable : texts.verifyWaiting)}
        {reference ? <span className={styles.soft} style={{ display: "block" }}>{t(texts.verifyReference, { reference })}</span> : null}
      </span>
    </div>
  );
}

interface OutcomeProps {
  account: PaymentAccount;
  verification: AccountVerification | undefined;
  busy: boolean;
  onAgain: () => void;
  onClose: () => void;
}

function Outcome({ account, verification, busy, onAgain, onClose }: OutcomeProps) {
  const t = useT();
  if (verification?.state === "passed") {
    return (
      <Result
        status="success"
        title={t(texts.verifyPassed)}
        subTitle={t(account.mode === "test" ? texts.verifyPassedHint : texts.verifyPassedLive)}
        extra={<Button size="large" type="primary" onClick={onClose}>{t(texts.close)}</Button>}
      />
    );
  }
  return (
    <Result
      status="warning"
      title={t(texts.verifyFailed)}
      subTitle={
        <>
          {verification?.text ? <p>{t(texts.verifyFailedText, { text: verification.text })}</p> : null}
          <p>{t(texts.verifyFailedHint)}</p>
        </>
      }
      extra={<Button size="large" type="primary" loading={busy} onClick={onAgain}>{t(texts.verifyAgain)}</Button>}
    />
  );
}

interface StepProps {
  next: NextStep;
  provider: string;
  busy: boolean;
  onToken: (token: string) => void;
  /** The provider's fields have taken the payment themselves. */
  onPaid: () => void;
}

/** What the person does next: the provider's page in another tab, or its card fields here. */
function Step({ next, provider, busy, onToken, onPaid }: StepProps) {
  const t = useT();
  switch (next.kind) {
    case "form":
      return (
        <form action={next.url} method="post" target="_blank" className={styles.step}>
          {next.fields.map((field) => <input key={field.name} type="hidden" name={field.name} value={field.value} />)}
          <p>{t(texts.verifyOpenHint)}</p>
          <Button size="large" type="primary" htmlType="submit">{t(texts.verifyOpen)}</Button>
        </form>
      );
    case "redirect":
      return (
        <div className={styles.step}>
          <p>{t(texts.verifyOpenHint)}</p>
          <Button size="large" type="primary" href={next.url} target="_blank" rel="noreferrer">{t(texts.verifyOpen)}</Button>
        </div>
      );
    case "fields":
      return <CardStep key={next.settings_json} next={next} provider={provider} busy={busy} onToken={onToken} onPaid={onPaid} />;
    default:
      return null;
  }
}

function CardStep({ next, provider, busy, onToken, onPaid }: StepProps) {
  const t = useT();
  const place = useRef<HTMLDivElement>(null);
  const [fields, setFields] = useState<CardFields>();
  const [fault, setFault] = useState("");
  const [paying, setPaying] = useState(false);

  useEffect(() => {
    let isGone = false;
    const element = place.current;
    if (!element) return undefined;
    showCardFields(next, element).then(
      (shown) => { if (!isGone) setFields(shown); },
      () => { if (!isGone) setFault(t(texts.verifyCardFailed, { provider })); },
    );
    return () => {
      isGone = true;
    };
  }, [next, provider, t]);

  async function pay() {
    if (!fields) return;
    setPaying(true);
    setFault("");
    try {
      const token = await fields.submit();
      if (token) onToken(token);
      else onPaid();
    } catch (thrown) {
      setFault(thrown instanceof CardRefused ? t(texts.verifyCardRefused, { text: thrown.message }) : t(texts.verifyCardFailed, { provider }));
    } finally {
      setPaying(false);
    }
  }

  return (
    <div className={styles.step}>
      {fault ? <Alert role="alert" type="error" showIcon title={fault} /> : null}
      <div role="group" aria-label={t(texts.verifyCard)}>
        <p className={styles.soft}>{t(texts.verifyCard)}</p>
        <div ref={place} className={styles.cardFields} />
      </div>
      {fields ? <Button size="large" type="primary" loading={paying || busy} onClick={() => void pay()}>{t(texts.verifyPay)}</Button> : null}
    </div>
  );
}
