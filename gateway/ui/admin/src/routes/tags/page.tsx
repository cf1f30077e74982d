import { MoreOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { formatAmount } from "@yizhimai/kit";
import { Alert, App, Button, Checkbox, Dropdown, Input, Segmented, Tag as Badge } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { Tag } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { withoutEmpty } from "../../patterns/search";
import { EmptyState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { hasPlan, holdsShared, may } from "../../session/may";
import { Dot } from "../membership/dot";
import membership from "../membership/membership.module.css";
import { tagsQuery } from "../membership/queries";
import { texts as membershipTexts } from "../membership/texts";
import { BatchDrawer } from "./batch-drawer";
import { BatchesView } from "./batches-view";
import { MergeDialog } from "./merge-dialog";
import { archiveTag } from "./queries";
import type { TagsSearch } from "./search";
import { TagDrawer } from "./tag-drawer";
import { tagRuleSentence } from "./rule-words";
import { grouped } from "./tags";
import { texts } from "./texts";
import { useRuleNames } from "./use-rule-names";

const MOST_SHOWN = 300;

/** 會員標籤: the tags of the organisation. */
export function TagsPage() {
  const t = useT();
  const search = useSearch({ strict: false }) as TagsSearch;
  const navigate = useNavigate();
  const me = useMe();
  const planned = hasPlan(me, "max");
  const go = (next: TagsSearch) => void navigate({ to: ".", search: withoutEmpty(next) as never, replace: true });
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.tags)} hint={t(texts.hint)} />
      {planned ? null : <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(membershipTexts.planNeeded, { plan: t(common.plan.max) })} />}
      <div className={membership.tools}>
        <Segmented
          size="large"
          aria-label={t(frameTexts.functionNames.tags)}
          value={search.tab ?? "tags"}
          onChange={(tab) => go(tab === "batches" ? { tab } : {})}
          options={(["tags", "batches"] as const).map((one) => ({ value: one, label: t(texts.tab[one]) }))}
        />
      </div>
      {search.tab === "batches" ? <BatchesView pages={search.pages ?? []} onPages={(pages) => go({ tab: "batches", pages })} /> : <TagsView search={search} onSearch={go} />}
    </Page>
  );
}

type Act = "edit" | "merge" | "give" | "take";

function TagsView({ search, onSearch }: { search: TagsSearch; onSearch: (next: TagsSearch) => void }) {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const query = useQuery(tagsQuery);
  const manages = may(me, "member.tags", "manage") && hasPlan(me, "max");
  const shared = manages && holdsShared(me);
  const [text, setText] = useState("");
  const [open, setOpen] = useState<{ act: Act; tag?: Tag }>();
  const refresh = () => client.invalidateQueries({ queryKey: keys.tags() });
  const add = (
    <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setOpen({ act: "edit" })}>
      {t(texts.add)}
    </Button>
  );
  return (
    <QueryView query={query}>
      {({ tags, most_active }) => {
        const groups = grouped(tags, text, search.archived ?? false);
        const close = () => setOpen(undefined);
        const names = [...new Set(tags.map((tag) => tag.group_name))];
        return (
          <>
            <div className={membership.tools}>
              <Input.Search
                allowClear
                size="large"
                style={{ flex: "1 1 220px", maxWidth: 360 }}
                placeholder={t(texts.find)}
                aria-label={t(texts.find)}
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
              <Checkbox checked={search.archived ?? false} onChange={({ target }) => onSearch({ archived: target.checked })}>
                {t(texts.withArchived)}
              </Checkbox>
              <span className={membership.soft} style={{ marginRight: "auto" }} aria-live="polite">
                {t(texts.count, { count: tags.filter((tag) => !tag.archived).length, most: most_active })}
              </span>
              {shared ? add : null}
            </div>
            {groups.length === 0 ? (
              <EmptyState title={t(tags.length === 0 ? texts.none : texts.noneFound)} hint={tags.length === 0 ? t(texts.noneHint) : undefined} action={tags.length === 0 && shared ? add : null} />
            ) : (
              groups.map((group) => (
                <section key={group.name} className={membership.card} aria-label={group.name || t(texts.noGroup)}>
                  <h2>{group.name || t(texts.noGroup)}</h2>
                  <ul className={membership.list}>
                    {group.tags.slice(0, MOST_SHOWN).map((tag) => (
                      <TagLine key={tag.tag_id} tag={tag} all={tags} manages={manages} shared={shared} onAct={(act) => setOpen({ act, tag })} onChanged={refresh} />
                    ))}
                  </ul>
                </section>
              ))
            )}
            {open?.act === "edit" ? <TagDrawer key={open.tag?.tag_id} tag={open.tag} groups={names} onClose={close} onSaved={refresh} /> : null}
            {open?.act === "merge" && open.tag ? <MergeDialog tag={open.tag} others={tags.filter((one) => !one.archived && !one.rule && one.tag_id !== open.tag?.tag_id)} onClose={close} onMerged={refresh} /> : null}
            {(open?.act === "give" || open?.act === "take") && open.tag ? (
              <BatchDrawer tag={open.tag} add={open.act === "give"} onClose={close} onDone={() => client.invalidateQueries({ queryKey: keys.membership() })} />
            ) : null}
          </>
        );
      }}
    </QueryView>
  );
}

interface TagLineProps {
  tag: Tag;
  all: readonly Tag[];
  manages: boolean;
  /** May change the tag itself, not only who has it. */
  shared: boolean;
  onAct: (act: Act) => void;
  onChanged: () => Promise<unknown>;
}

function TagLine({ tag, all, manages, shared, onAct, onChanged }: TagLineProps) {
  const t = useT();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const into = all.find((one) => one.tag_id === tag.merged_into);

  async function archive(archived: boolean) {
    try {
      await archiveTag(tag, archived);
      await onChanged();
      void message.success(t(archived ? texts.archivedDone : texts.restored, { name: tag.name }));
    } catch (thrown) {
      toast(thrown);
    }
  }

  const names = useRuleNames();
  const parts = [
    tag.rule ? tagRuleSentence(t, tag.rule, names) : "",
    tag.description,
    tag.former_names.length > 0 ? t(texts.formerNames, { names: tag.former_names.join(t(common.listComma)) }) : "",
  ].filter(Boolean);
  const items = [
    ...(tag.archived || tag.rule
      ? []
      : [
          { key: "give", label: t(texts.giveMany) },
          { key: "take", label: t(texts.takeMany) },
        ]),
    ...(shared && !tag.archived
      ? [
          { key: "edit", label: t(common.actionEdit) },
          { key: "merge", label: t(texts.merge) },
          { key: "archive", label: t(common.archive), danger: true },
        ]
      : []),
    ...(shared && tag.archived && !tag.merged_into ? [{ key: "restore", label: t(texts.restore) }] : []),
  ];
  function act(key: string) {
    if (key === "archive") danger({ title: t(common.actionArchiveNamed, { name: tag.name }), text: t(texts.archiveText), deed: t(common.archive), act: () => archive(true) });
    else if (key === "restore") void archive(false);
    else onAct(key as Act);
  }
  return (
    <li>
      <div className={membership.grow}>
        <strong>
          <Dot colour={tag.colour}>{tag.name}</Dot>
        </strong>{" "}
        {tag.rule ? <Badge color="processing">{t(texts.isAutomatic)}</Badge> : null}
        {tag.rule && tag.rule_paused ? <Badge color="warning">{t(texts.isPaused)}</Badge> : null}
        {tag.archived ? <Badge>{into ? t(texts.mergedInto, { name: into.name }) : t(texts.archived)}</Badge> : null}
        {parts.length > 0 ? <div className={membership.soft}>{parts.join(" · ")}</div> : null}
      </div>
      <span className={membership.end}>
        <span className="tabular">{t(texts.members, { count: formatAmount(tag.members) })}</span>
        {manages && items.length > 0 ? (
          <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => act(key) }}>
            <Button type="text" size="large" icon={<MoreOutlined />} aria-label={t(texts.actions, { name: tag.name })} />
          </Dropdown>
        ) : null}
      </span>
    </li>
  );
}
