import { CloseOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Collapse, Select } from "antd";

import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { QueryView } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { useRefusalToast } from "../../patterns/use-toast";
import { hasPlan, may } from "../../session/may";
import { Dot } from "../membership/dot";
import membership from "../membership/membership.module.css";
import { useTags } from "../membership/use-names";
import { Card } from "./card";
import styles from "./member.module.css";
import { changeTags, memberTagsQuery } from "./queries";
import { texts } from "./texts";

/** Tags of the member, to be given and taken. */
export function TagsCard({ memberId, edits }: { memberId: string; edits: boolean }) {
  const t = useT();
  const me = useMe();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const nameOf = useAccountNames();
  const query = useQuery(memberTagsQuery(memberId));
  const all = useTags();
  const manages = edits && may(me, "member.tags", "manage") && hasPlan(me, "max");

  async function change(next: Parameters<typeof changeTags>[1]) {
    try {
      await changeTags(memberId, next);
    } catch (thrown) {
      toast(thrown);
    }
    await client.invalidateQueries({ queryKey: keys.membership() });
  }

  return (
    <Card title={t(texts.tags)}>
      <QueryView query={query} skeleton={<span className={membership.soft}>…</span>}>
        {({ tags, changes }) => {
          const held = new Set(tags.map((tag) => tag.tag_id));
          const free = [...all.values()].filter((tag) => !tag.archived && !tag.rule && !held.has(tag.tag_id));
          return (
            <>
              {tags.length === 0 ? <p className={membership.soft}>{t(texts.tagsNone)}</p> : null}
              <div className={membership.chips}>
                {tags.map((tag) => (
                  <span key={tag.tag_id} className={styles.tagLine} style={manages && !all.get(tag.tag_id)?.rule ? undefined : { padding: "4px 10px" }}>
                    <Dot colour={tag.colour}>{tag.name}</Dot>
                    {all.get(tag.tag_id)?.rule ? <span className={membership.soft}>{t(texts.tagAutomatic)}</span> : null}
                    {manages && !all.get(tag.tag_id)?.rule ? (
                      <Button type="text" size="small" style={{ minHeight: 32, minWidth: 32 }} icon={<CloseOutlined />} aria-label={t(texts.tagRemove, { name: tag.name })} onClick={() => void change({ remove_tag_ids: [tag.tag_id] })} />
                    ) : null}
                  </span>
                ))}
              </div>
              {manages ? (
                <Select<string>
                  style={{ width: "100%", maxWidth: 280, marginTop: 12 }}
                  showSearch={{ optionFilterProp: "label" }}
                  aria-label={t(texts.tagAdd)}
                  placeholder={t(texts.tagAdd)}
                  value={null as unknown as string}
                  options={free.map((tag) => ({ value: tag.tag_id, label: tag.name }))}
                  onChange={(tagId) => void change({ add_tag_ids: [tagId] })}
                />
              ) : null}
              {changes.length > 0 ? (
                <Collapse
                  ghost
                  style={{ marginTop: 8 }}
                  items={[
                    {
                      key: "changes",
                      label: t(texts.tagChanges),
                      children: (
                        <ul className={membership.list}>
                          {changes.map((one) => (
                            <li key={`${one.at} ${one.tag_id}`}>
                              <span className={membership.grow}>{t(one.added ? texts.tagAdded : texts.tagTaken, { name: one.name })}</span>
                              <span className={membership.soft}>{[formatDateTime(one.at, timeZone), nameOf(one.operator), t(texts.tagSource[one.source])].join(" · ")}</span>
                            </li>
                          ))}
                        </ul>
                      ),
                    },
                  ]}
                />
              ) : null}
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}
