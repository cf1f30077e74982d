import { CheckCircleFilled, ClockCircleOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { formatDateTime } from "@yizhimai/kit";

import type { TestOrderStep } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import styles from "./board.module.css";
import { texts } from "./texts";

const icons = { reached: CheckCircleFilled, waiting: ClockCircleOutlined, missed: MinusCircleOutlined };

/** What a test order has shown so far: which steps it reached and when, which not yet. */
export function TestChecklist({ steps }: { steps: readonly TestOrderStep[] }) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <section aria-label={t(texts.testSteps)}>
      <h3 style={{ marginBottom: 8 }}>{t(texts.testSteps)}</h3>
      <ul className={styles.checklist}>
        {steps.map(({ step, outcome, reached_at }) => {
          const Icon = icons[outcome];
          return (
            <li key={step} data-outcome={outcome}>
              <Icon aria-hidden />
              <span>{t(texts.testStep[step])}</span>
              <span className="tabular">{outcome === "reached" ? formatDateTime(reached_at, timeZone) : t(texts.testStepIs[outcome])}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
