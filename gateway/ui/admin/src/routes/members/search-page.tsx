import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatAmount, formatMoney } from "@yizhimai/kit";
import { Input, Tag as Badge } from "antd";

import { texts as frameTexts } from "../../frame/texts";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { usePrivateText } from "../../patterns/use-private-text";
import { memberName, phoneText, stateColour, stateWord } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { foundMembersQuery } from "./queries";
import { texts } from "./texts";

/** 會員資料管理: finds one member and leads to the profile. */
export function MemberSearchPage() {
  const t = useT();
  const [text, find] = usePrivateText();
  const query = useQuery(foundMembersQuery(text));
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.memberProfiles)} hint={t(texts.searchHint)} />
      <Input.Search
        key={text}
        allowClear
        size="large"
        enterButton
        style={{ maxWidth: 520, marginBottom: 16 }}
        placeholder={t(texts.find)}
        aria-label={t(texts.find)}
        defaultValue={text}
        onSearch={(typed) => find(typed.trim(), {})}
      />
      {text === "" ? (
        <EmptyState title={t(texts.searchBegin)} hint={t(texts.searchBeginHint)} />
      ) : (
        <QueryView query={query}>
          {({ members, next_page_token }) =>
            members.length === 0 ? (
              <EmptyState title={t(texts.noneFound)} hint={t(texts.searchBeginHint)} />
            ) : (
              <section className={membership.card} aria-label={t(frameTexts.functionNames.memberProfiles)}>
                <ul className={membership.list}>
                  {members.map((member) => (
                    <li key={member.member_id}>
                      <div className={membership.grow}>
                        <Link to={paths.member(member.member_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
                          {memberName(t, member)}
                        </Link>{" "}
                        {member.state === "active" ? null : <Badge color={stateColour(member.state)}>{stateWord(t, member.state)}</Badge>}
                        <div className={`tabular ${membership.soft}`}>{phoneText(member.phone)}</div>
                      </div>
                      <span className="tabular">{t(texts.searchLine, { orders: formatAmount(member.orders), spent: formatMoney(member.spent) })}</span>
                    </li>
                  ))}
                </ul>
                {next_page_token ? <p className={membership.soft}>{t(texts.searchMore)}</p> : null}
              </section>
            )
          }
        </QueryView>
      )}
    </Page>
  );
}
