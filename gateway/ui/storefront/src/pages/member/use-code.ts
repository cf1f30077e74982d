import { useEffect, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { callMembers } from "../../api/members";

export type CodePurpose = "sign_in" | "change_phone" | "erase";

export interface SentCode {
  /** A code was sent. */
  isSent: boolean;
  isSending: boolean;
  /** Seconds until another can be sent. */
  wait: number;
  problem?: Problem;
  send: (phone?: string) => Promise<void>;
  /** Back to before anything was sent; the wait goes on. */
  reset: () => void;
}

/** Sends codes by SMS, and counts down until the next can be sent. */
export function useCode(brand: string, purpose: CodePurpose): SentCode {
  const [isSent, setSent] = useState(false);
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(Date.now());
  const wait = Math.max(0, Math.ceil((until - now) / 1_000));
  useEffect(() => {
    if (wait === 0) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [wait === 0]);

  const waitFor = (seconds: number) => {
    setNow(Date.now());
    setUntil(Date.now() + seconds * 1_000);
  };

  async function send(phone = ""): Promise<void> {
    if (isSending) return;
    setSending(true);
    setProblem(undefined);
    try {
      const { resend_in_secs } = await callMembers(brand, "POST", "codes", { body: { phone, purpose } });
      setSent(true);
      waitFor(resend_in_secs);
    } catch (error) {
      const refused = problemFrom(error);
      setProblem(refused);
      if (refused.reason === "RATE_LIMITED") waitFor(Number(refused.params.retry_after_secs) || 60);
    }
    setSending(false);
  }

  const reset = () => {
    setSent(false);
    setProblem(undefined);
  };

  return { isSent, isSending, wait, problem, send, reset };
}
