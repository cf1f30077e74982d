import styles from "./hours.module.css";

/** What came of an order's decision, in words. */
export interface Settled {
  id: string;
  branch: string;
  order: string;
  text: string;
}

interface OutcomeProps {
  /** The branch that is shown. */
  here: string;
  refused: readonly Settled[];
  moved: readonly Settled[];
  movedTitle: string | undefined;
}

/** What could not be done first, then the new times; by branch where others than that shown are in it. */
export function Outcome({ here, refused, moved, movedTitle }: OutcomeProps) {
  const named = [...refused, ...moved].some((one) => one.branch !== here);
  return (
    <div className={styles.outcome}>
      <ByBranch settled={refused} named={named} />
      {moved.length > 0 && movedTitle ? <h3>{movedTitle}</h3> : null}
      <ByBranch settled={moved} named={named} />
    </div>
  );
}

function ByBranch({ settled, named }: { settled: readonly Settled[]; named: boolean }) {
  return [...new Set(settled.map((one) => one.branch))].map((branch) => (
    <section key={branch}>
      {named ? <h4>{branch}</h4> : null}
      <ul>
        {settled
          .filter((one) => one.branch === branch)
          .map(({ id, order, text }) => (
            <li key={id}>
              <strong className="tabular">{order}</strong>
              <span>{text}</span>
            </li>
          ))}
      </ul>
    </section>
  ));
}
