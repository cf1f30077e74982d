import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatMoney } from "@yizhimai/kit";
import { Alert, App, Button, Flex } from "antd";
import { useState } from "react";

import type { Promotion, RuleCheck } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useScope } from "../../frame/use-scope";
import { useT, type T } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import type { Rule } from "../rules/rule";
import styles from "../rules/rules.module.css";
import { changeState, checkQuery } from "./queries";
import { ReplayPart } from "./replay-part";
import { texts } from "./texts";

const MOST_SHOWN = 12;

interface CheckDrawerProps {
  brandId: string;
  promotion: Promotion;
  rule: Rule;
  onClose: () => void;
}

/** 啟用前檢查: what the promotion meets, what products can fall to, and what it would have done to the last weeks' orders. */
export function CheckDrawer({ brandId, promotion, rule, onClose }: CheckDrawerProps) {
  const t = useT();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const { branch } = useScope();
  const [busy, setBusy] = useState(false);
  const check = useQuery({ ...checkQuery(branch?.branch_id ?? "", promotion.promotion_id, rule), enabled: branch !== undefined });
  const isBad = (check.data?.below_floor ?? 0) > 0;

  async function enable() {
    setBusy(true);
    try {
      const answer = await changeState(promotion.promotion_id, promotion.version, "enable");
      client.setQueryData(keys.promotion(promotion.promotion_id), { promotion: answer.promotion, editable: true });
      void client.invalidateQueries({ queryKey: keys.promotions(brandId) });
      void message.success(t(texts.stepDone.enable));
      onClose();
    } catch (thrown) {
      toast(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.checkTitle)}
      onClose={onClose}
      footer={
        <Flex justify="end">
          <Button size="large" type="primary" danger={isBad} loading={busy} disabled={!check.data} onClick={() => void enable()}>
            {isBad ? t(texts.enableAnyway) : t(texts.step.enable)}
          </Button>
        </Flex>
      }
    >
      <p className={styles.soft}>{t(texts.checkHint, { branch: branch?.name ?? "" })}</p>
      <QueryView query={check}>{(data) => <Findings check={data} />}</QueryView>
      <ReplayPart brandId={brandId} promotionId={promotion.promotion_id} rule={rule} />
    </DetailDrawer>
  );
}

/** A warning of the check in words; one that has none yet is named. */
export function warningText(word: string, t: T): string {
  return word === "GROUP_OF_ONE" ? t(texts.warning.GROUP_OF_ONE) : t(texts.warning.other, { word });
}

function Findings({ check }: { check: RuleCheck }) {
  const t = useT();
  const { brand } = useScope();
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  return (
    <>
      {check.warnings.map((word) => (
        <Alert key={word} type="warning" showIcon title={warningText(word, t)} />
      ))}
      <Alert type={check.below_floor > 0 ? "error" : "success"} showIcon title={check.below_floor > 0 ? t(texts.floorBad, { count: check.below_floor }) : t(texts.floorOk)} />
      <section aria-label={t(texts.conflicts)}>
        <h3>{t(texts.conflicts)}</h3>
        {check.conflicts.length === 0 ? (
          <p className={styles.soft}>{t(texts.noConflicts)}</p>
        ) : (
          <ul className={styles.plainList}>
            {check.conflicts.map(({ rule_id, name, relation }) => (
              <li key={rule_id}>
                <strong>{name}</strong>
                <div className={styles.soft}>{t(texts.relation[relation])}</div>
              </li>
            ))}
          </ul>
        )}
        {check.depth > 1 ? <p className={styles.soft}>{t(texts.depth, { count: check.depth })}</p> : null}
      </section>
      {check.worst.length > 0 ? (
        <section aria-label={t(texts.worst)}>
          <h3>{t(texts.worst)}</h3>
          <div className={styles.tableFrame} role="group" tabIndex={0} aria-label={t(texts.worst)}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t(texts.columnProduct)}</th>
                  <th scope="col" data-number>{t(texts.worstList)}</th>
                  <th scope="col" data-number>{t(texts.worstLeast)}</th>
                </tr>
              </thead>
              <tbody>
                {check.worst.slice(0, MOST_SHOWN).map(({ variant_id, name, list, least }) => (
                  <tr key={variant_id}>
                    <th scope="row">{name}</th>
                    <td data-number>{money(list)}</td>
                    <td data-number>{money(least)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ) : null}
    </>
  );
}
