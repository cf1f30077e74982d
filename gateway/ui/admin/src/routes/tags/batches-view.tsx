import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { App, Button } from "antd";

import { keys } from "../../data/keys";
import type { TagBatch } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsShared, may } from "../../session/may";
import { Dot } from "../membership/dot";
import { useTags } from "../membership/use-names";
import { batchesQuery, undoBatch } from "./queries";
import { texts } from "./texts";

interface Row {
  batch: TagBatch;
  name: string;
  colour: string;
  when: string;
  who: string;
  what: string;
  state: string;
  undoWord: string;
  /** Undoes it; absent where that is over or not allowed. */
  undo: (() => void) | undefined;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.batchWhen, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  { key: "tag", title: texts.batchTitle, fixed: true, render: (row) => <Dot colour={row.colour}>{row.name}</Dot> },
  { key: "what", title: texts.batchWhat, fixed: true, render: (row) => row.what },
  { key: "who", title: texts.batchWho, render: (row) => row.who },
  {
    key: "undo", title: texts.batchUndo,
    render: (row) =>
      row.undo ? (
        <>
          <Button onClick={row.undo}>{row.undoWord}</Button> <small>{row.state}</small>
        </>
      ) : (
        row.state
      ),
  },
];

/** What was done with many members at once, each to be undone for seven days. */
export function BatchesView({ pages, onPages }: { pages: readonly string[]; onPages: (pages: string[]) => void }) {
  const t = useT();
  const me = useMe();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const query = useQuery(batchesQuery(pages));
  const tags = useTags();
  const nameOf = useAccountNames();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const manages = may(me, "member.tags", "manage") && holdsShared(me);
  const at = (instant: string | null | undefined) => formatDateTime(instant, timeZone);

  async function undo(batch: TagBatch) {
    try {
      const { changed, left_alone } = await undoBatch(batch.batch_id);
      await client.invalidateQueries({ queryKey: keys.membership() });
      void message.success(t(texts.batchUndid, { count: changed, left: left_alone }));
    } catch (thrown) {
      toast(thrown);
    }
  }

  const rows = query.data?.batches.map((batch): Row => {
    const tag = tags.get(batch.tag_id);
    const name = tag?.name ?? "—";
    const open = !batch.undone_at && Date.parse(batch.undo_until) > Date.now();
    return {
      batch, name,
      colour: tag?.colour ?? "transparent",
      when: at(batch.at),
      who: batch.source === "rule" ? t(texts.byRule) : nameOf(batch.operator),
      what: t(batch.added ? texts.batchGave : texts.batchTook, { count: batch.changed }),
      state: batch.undone_at ? t(texts.batchUndone, { name: nameOf(batch.undone_by), time: at(batch.undone_at) }) : open ? t(texts.batchUndoUntil, { time: at(batch.undo_until) }) : "—",
      undoWord: t(texts.batchUndo),
      undo: manages && open ? () => danger({ title: t(texts.batchUndoTitle, { name }), text: t(batch.source === "rule" ? texts.batchUndoRule : texts.batchUndoText), deed: t(texts.batchUndo), act: () => undo(batch) }) : undefined,
    };
  });
  return (
    <ListPage<Row>
      name="tag-batches"
      columns={columns}
      rowKey={({ batch }) => batch.batch_id}
      rows={rows}
      error={query.error}
      updatedAt={query.dataUpdatedAt}
      refetch={() => void query.refetch()}
      pages={pages}
      nextToken={query.data?.next_page_token}
      onPages={onPages}
      filters={null}
      empty={<EmptyState title={t(texts.batchNone)} hint={t(texts.batchNoneHint)} />}
    />
  );
}
