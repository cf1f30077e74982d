import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useState, type ReactNode } from "react";

import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { may } from "../../session/may";
import styles from "../rules/rules.module.css";
import { membersQuery } from "./queries";
import { texts } from "./texts";

export interface FoundMember {
  memberId: string;
  name: string;
}

/** Members by name or phone; `children` draws what can be done with one. */
export function MemberFinder({ children }: { children: (member: FoundMember, label: ReactNode) => ReactNode }) {
  const t = useT();
  const sees = may(useMe(), "member.list");
  const [text, setText] = useState("");
  const found = useQuery({ ...membersQuery(text), enabled: sees && text.trim() !== "" });
  if (!sees) return <p>{t(texts.issueNeeds)}</p>;
  return (
    <>
      <Input.Search allowClear size="large" aria-label={t(texts.issueFind)} placeholder={t(texts.issueFind)} onSearch={setText} />
      <ul className={styles.plainList} aria-busy={found.isFetching}>
        {(found.data?.members ?? []).map(({ member_id, name, phone }) => (
          <li key={member_id}>
            {children(
              { memberId: member_id, name: name || (phone ?? "—") },
              <>
                {name || "—"} <span className="tabular">{phone ?? ""}</span>
              </>,
            )}
          </li>
        ))}
      </ul>
      {found.data?.members.length === 0 ? <p>{t(texts.issueNone)}</p> : null}
      {found.data?.next_page_token ? <p className={styles.soft}>{t(texts.issueMore)}</p> : null}
    </>
  );
}
