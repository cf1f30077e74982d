import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { formatDateTime } from "@yizhimai/kit";
import type { Membership } from "../../api/membership";
import { deviceName } from "../../domain/device-name";
import { Notice } from "../../parts/notice";
import { t, why } from "../../text";
import { Section } from "./section";
import { texts } from "./texts";
import { useLoaded } from "./use-loaded";

interface SessionsProps {
  api: Membership;
  timeZone: string;
  onSignedOut: () => void;
}

/** Devices that are signed in, and signing out here or everywhere. */
export function Sessions({ api, timeZone, onSignedOut }: SessionsProps) {
  const sessions = useLoaded(api.sessions, [api]);
  const [problem, setProblem] = useState<Problem>();
  async function run(request: () => Promise<unknown>, then: () => void): Promise<void> {
    setProblem(undefined);
    try {
      await request();
      then();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  const everywhere = async () => {
    await api.endSession("all");
    await api.signOut();
  };
  return (
    <Section title={t(texts.sessions)} of={sessions}>
      {({ sessions: list }) => (
        <>
          <ul class="rows">
            {list.map((session) => (
              <li class="row" key={session.session_id}>
                <span>
                  {deviceName(session.user_agent) || t(texts.unknownDevice)} {session.current && <span class="tag">{t(texts.thisDevice)}</span>}
                  <span class="soft products">{t(texts.usedAt, { time: formatDateTime(session.used_at, timeZone) })}</span>
                </span>
                {!session.current && (
                  <button type="button" class="text-button" onClick={() => void run(() => api.endSession(session.session_id), sessions.load)}>
                    {t(texts.endSession)}
                  </button>
                )}
              </li>
            ))}
          </ul>
          {problem && <Notice tone="bad">{why(problem)}</Notice>}
          <button type="button" class="secondary" onClick={() => void run(api.signOut, onSignedOut)}>
            {t(texts.signOut)}
          </button>
          {list.length > 1 && (
            <button type="button" class="text-button" onClick={() => void run(everywhere, onSignedOut)}>
              {t(texts.signOutEverywhere)}
            </button>
          )}
        </>
      )}
    </Section>
  );
}
