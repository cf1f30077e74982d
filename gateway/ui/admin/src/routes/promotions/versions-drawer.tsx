import { useQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import styles from "../rules/rules.module.css";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import { versionsQuery } from "./queries";
import { texts } from "./texts";

/** 修改紀錄: what the promotion was, version by version. */
export function VersionsDrawer({ promotionId, onClose }: { promotionId: string; onClose: () => void }) {
  const t = useT();
  const { timeZone } = useScope();
  const words = useRuleWords();
  const versions = useQuery(versionsQuery(promotionId));
  return (
    <DetailDrawer open title={t(texts.versions)} onClose={onClose}>
      <QueryView query={versions}>
        {(all) => (
          <ul className={styles.plainList}>
            {all.map(({ rule, saved_at, saved_by }) => (
              <li key={rule.version}>
                <strong>{rule.name}</strong>
                <div>{ruleSentence(rule, words)}</div>
                <div className={styles.soft}>{t(texts.versionBy, { version: rule.version, time: formatDateTime(saved_at, timeZone), name: saved_by })}</div>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </DetailDrawer>
  );
}
