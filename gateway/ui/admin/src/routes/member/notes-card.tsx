import { DeleteOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Flex, Input } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { MemberProfile } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useDeed } from "../../patterns/dialog-refusal";
import { useAccountNames } from "../../patterns/use-account-names";
import { useBodyKey } from "../../patterns/use-body-key";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import membership from "../membership/membership.module.css";
import { Card } from "./card";
import styles from "./member.module.css";
import { addNote, deleteNote } from "./queries";
import { texts } from "./texts";

/** What staff wrote about the member. */
export function NotesCard({ profile }: { profile: MemberProfile }) {
  const t = useT();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const nameOf = useAccountNames();
  const danger = useDanger();
  const toast = useRefusalToast();
  const keyOf = useBodyKey();
  const { busy, run, alert } = useDeed();
  const [text, setText] = useState("");
  const { member, notes } = profile;
  const manages = may(useMe(), "member.profiles", "manage");
  const refresh = () => client.invalidateQueries({ queryKey: keys.member(member.member_id) });

  async function add() {
    const written = text.trim();
    // The number of notes is part of the key, so that the same words can be written again later.
    if (!(await run(() => addNote(member.member_id, written, keyOf({ written, after: notes.length }))))) return;
    setText("");
    await refresh();
  }

  async function remove(noteId: string) {
    try {
      await deleteNote(member.member_id, noteId);
      await refresh();
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <Card title={t(texts.notes)}>
      <p className={membership.soft}>{t(texts.notesHint)}</p>
      {manages ? (
        <Flex vertical gap={8} style={{ marginTop: 8 }}>
          <Input.TextArea aria-label={t(texts.noteNew)} placeholder={t(texts.noteNew)} maxLength={500} autoSize={{ minRows: 2 }} value={text} onChange={({ target }) => setText(target.value)} />
          {alert}
          <Button style={{ alignSelf: "flex-start" }} disabled={text.trim() === ""} loading={busy} onClick={() => void add()}>{t(texts.noteAdd)}</Button>
        </Flex>
      ) : null}
      <ul className={membership.list}>
        {notes.map((note) => (
          <li key={note.note_id}>
            <div className={membership.grow}>
              <p className={styles.note}>{note.text}</p>
              <span className={membership.soft}>{t(texts.noteBy, { name: nameOf(note.account_id), time: formatDateTime(note.at, timeZone) })}</span>
            </div>
            {manages ? (
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t(texts.noteDelete)}
                onClick={() => danger({ title: t(texts.noteDeleteTitle), text: note.text, deed: t(texts.noteDeleteDo), act: () => remove(note.note_id) })}
              />
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}
