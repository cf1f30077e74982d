import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Alert, App, Button, Select } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import styles from "./limits.module.css";
import { copyLimits, limitsQuery } from "./queries";
import { texts } from "./texts";

interface CopyBranchesProps {
  /** The branch worked in, or a template. */
  source: { from_branch_id: string } | { template_id: string };
  /** Rules that are given. */
  count: number;
  /** Something is not saved yet: only what is saved can be given. */
  unsaved: boolean;
  onClose: () => void;
}

/** Gives the limits to other branches, once it is said what theirs are and that they go. */
export function CopyBranches({ source, count, unsaved, onClose }: CopyBranchesProps) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { branchId } = useParams({ strict: false });
  const { branch, branches } = useScope();
  const [chosen, setChosen] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const others = branches.filter((one) => one.brand_id === branch?.brand_id && one.state !== "closed" && ("template_id" in source || one.branch_id !== branchId));
  const theirs = useQueries({ queries: chosen.map((id) => limitsQuery(id)) });
  const known = theirs.every((one) => one.data !== undefined);

  async function copy() {
    setBusy(true);
    setRefused(undefined);
    try {
      const { limits } = await copyLimits(source, chosen);
      for (const one of limits) {
        client.setQueryData(keys.limits(one.branch_id), one);
        void client.invalidateQueries({ queryKey: keys.load(one.branch_id) });
      }
      const over = limits.reduce((sum, one) => sum + one.overbooked.length, 0);
      void message.success(over > 0 ? t(texts.copiedOver, { count: limits.length, over }) : t(texts.copied, { count: limits.length }));
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(problem.fields.length > 0 ? problem.fields.map(sentence).join(" ") : sentence(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.copyBranches)}
      onClose={onClose}
      footer={
        <Button block danger type="primary" size="large" loading={busy} disabled={unsaved || chosen.length === 0 || !known} onClick={() => void copy()}>
          {chosen.length === 0 ? t(texts.chooseBranches) : t(texts.replaceIn, { branches: chosen.length, count })}
        </Button>
      }
    >
      {unsaved ? <Alert type="warning" showIcon title={t(texts.saveFirst)} /> : null}
      {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
      <Select
        mode="multiple"
        size="large"
        maxCount={100}
        style={{ width: "100%" }}
        aria-label={t(texts.chooseBranches)}
        placeholder={t(texts.chooseBranches)}
        optionFilterProp="label"
        value={chosen}
        onChange={setChosen}
        options={others.map((one) => ({ value: one.branch_id, label: one.name }))}
      />
      {others.length > 1 ? <Button onClick={() => setChosen(others.slice(0, 100).map((one) => one.branch_id))}>{t(texts.allBranches, { count: others.length })}</Button> : null}
      {chosen.length > 0 ? (
        <section aria-label={t(texts.replaced)}>
          <h3 className={styles.label}>{t(texts.replaced)}</h3>
          <ul className={styles.filling}>
            {chosen.map((id, index) => (
              <li key={id}>
                <span>{branches.find((one) => one.branch_id === id)?.name}</span>
                <b className="tabular">{theirs[index]?.data ? t(texts.rulesOf, { count: theirs[index].data.rules.length }) : "…"}</b>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </DetailDrawer>
  );
}
