import { useQuery } from "@tanstack/react-query";
import { formatDateTime, formatMoney } from "@yizhimai/kit";
import { Table } from "antd";

import type { LedgerBalance } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState, QueryView } from "../../patterns/states";
import { WallField } from "../../patterns/wall-field";
import styles from "./ledger.module.css";
import { balancesQuery } from "./queries";
import { accounts, type LedgerSearch } from "./search";
import { texts } from "./texts";
import { shownBalance } from "./words";

interface BalancesViewProps {
  brandId: string;
  search: LedgerSearch;
  onAt: (wall: string | undefined) => void;
}

/** What each account holds at an instant. */
export function BalancesView({ brandId, search, onAt }: BalancesViewProps) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useQuery(balancesQuery(brandId, search, timeZone));
  return (
    <>
      <div className={styles.at}>
        <span>{t(texts.at)}</span>
        <WallField label={search.at ? t(texts.at) : t(texts.atNow)} value={search.at} onChange={onAt} daysAhead={0} past clearable />
      </div>
      <QueryView query={query}>
        {({ at, balances }) =>
          balances.length === 0 ? (
            <EmptyState title={t(texts.noneAtAll)} hint={t(texts.noneHint)} />
          ) : (
            currencies(balances).map((currency) => (
              <Table<LedgerBalance>
                key={currency}
                className={styles.balances ?? ""}
                pagination={false}
                rowKey="account"
                dataSource={inOrder(balances, currency)}
                caption={<span className="tabular">{`${t(texts.at)} ${formatDateTime(at, timeZone)} · ${currency}`}</span>}
                columns={[
                  {
                    title: t(texts.accountLabel), key: "account",
                    render: (_, balance) => (
                      <>
                        <strong>{t(texts.account[balance.account])}</strong>
                        <div className={styles.soft}>{t(shownBalance(balance).meaning)}</div>
                      </>
                    ),
                  },
                  {
                    title: t(texts.balance), key: "amount", align: "right",
                    render: (_, balance) => <strong className="tabular">{formatMoney(shownBalance(balance).amount, currency)}</strong>,
                  },
                ]}
              />
            ))
          )
        }
      </QueryView>
    </>
  );
}

function currencies(balances: readonly LedgerBalance[]): string[] {
  return [...new Set(balances.map(({ currency }) => currency))];
}

function inOrder(balances: readonly LedgerBalance[], currency: string): LedgerBalance[] {
  const place = ({ account }: LedgerBalance) => accounts.indexOf(account);
  return balances.filter((one) => one.currency === currency).toSorted((one, other) => place(one) - place(other));
}
