import { PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { formatSignedMoney } from "@yizhimai/kit";
import { Button, Flex, Tag } from "antd";
import { useState } from "react";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import { allProductsQuery, optionGroupsQuery } from "../../data/shared-queries";
import type { OptionGroup } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { GroupDialog, type GroupDraft } from "./editor";
import styles from "./option-groups.module.css";
import { texts } from "./texts";

/** 店家／產品設定 › 附加選項: 甜度, 冰量, 加料 and the like, shared by products. */
export function OptionGroupsPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const danger = useDanger();
  const toast = useRefusalToast();
  const query = useQuery(optionGroupsQuery(brandId));
  const products = useQuery(allProductsQuery(brandId));
  const manages = may(useMe(), "store.catalog", "manage");
  const [editing, setEditing] = useState<GroupDraft>();
  const users = (id: string) => products.data?.filter((product) => product.option_group_ids.includes(id)).length;
  const refresh = () => client.invalidateQueries({ queryKey: keys.optionGroups(brandId) });
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ name: "", min: 1, max: 1, free_count: 0, options: [{ name: "", price: 0, max_quantity: 1, default_chosen: false }] })}>
      {t(texts.add)}
    </Button>
  );

  function rule(group: OptionGroup): string {
    if (group.min === group.max) return t(texts.ruleExactly, { count: group.min });
    return group.min > 0 ? t(texts.ruleBetween, { min: group.min, max: group.max }) : t(texts.ruleUpTo, { max: group.max });
  }

  async function archive(group: OptionGroup) {
    try {
      await call("POST", "/api/admin/option-groups/{option_group_id}/archive", { path: { option_group_id: group.option_group_id }, body: { version: group.version } });
      await refresh();
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.optionGroups)} hint={t(texts.hint)} actions={manages ? add : null} />
      <QueryView query={query}>
        {(groups) =>
          groups.length === 0 ? (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} action={add} />
          ) : (
            <Flex vertical gap={12}>
              {groups.map((group) => {
                const count = users(group.option_group_id);
                return (
                  <section key={group.option_group_id} className={styles.group} aria-label={group.name}>
                    <Flex align="center" gap={12} wrap>
                      <h2>{group.name}</h2>
                      {group.min > 0 ? <Tag color="processing">{t(texts.required)}</Tag> : null}
                      <span className={styles.rule}>
                        {rule(group)}
                        {group.free_count > 0 ? ` · ${t(texts.ruleFree, { count: group.free_count })}` : ""}
                        {count === undefined ? "" : ` · ${t(texts.usedBy, { count })}`}
                      </span>
                      {manages ? (
                        <Flex gap={4} style={{ marginLeft: "auto" }}>
                          <Button onClick={() => setEditing(group)}>{t(common.actionEdit)}</Button>
                          <Button
                            type="text"
                            danger
                            disabled={count !== 0}
                            title={count ? t(texts.inUse, { count }) : undefined}
                            onClick={() => danger({ title: t(texts.archiveTitle, { name: group.name }), text: t(texts.archiveText), deed: t(common.archive), act: () => archive(group) })}
                          >
                            {t(common.archive)}
                          </Button>
                        </Flex>
                      ) : null}
                    </Flex>
                    <ul className={styles.options}>
                      {group.options.map((option) => (
                        <li key={option.option_id} data-default={option.default_chosen || undefined}>
                          {option.name}
                          {option.price === 0 ? null : <b>{formatSignedMoney(option.price)}</b>}
                        </li>
                      ))}
                    </ul>
                  </section>
                );
              })}
            </Flex>
          )
        }
      </QueryView>
      {editing ? <GroupDialog brandId={brandId} draft={editing} onClose={() => setEditing(undefined)} onSaved={refresh} /> : null}
    </Page>
  );
}
