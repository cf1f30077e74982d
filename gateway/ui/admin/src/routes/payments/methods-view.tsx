import { ArrowDownOutlined, ArrowUpOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Switch } from "antd";
import { useState } from "react";

import { newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PaymentAccount, PaymentMethod } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { draftOf, inputOf, lackOf, moved, newDraft, type MethodDraft } from "./method";
import { MethodDrawer } from "./method-drawer";
import styles from "./payments.module.css";
import { accountsQuery, methodsQuery, orderMethods, saveMethod } from "./queries";
import { summaryOf } from "./summary";
import { texts } from "./texts";

interface MethodsViewProps {
  brandId: string;
  onAccounts: () => void;
}

interface Edited {
  methodId: string | undefined;
  draft: MethodDraft;
}

/** 付款方式: what customers may choose at checkout, in its order. */
export function MethodsView({ brandId, onAccounts }: MethodsViewProps) {
  const t = useT();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const methods = useQuery(methodsQuery(brandId));
  const accounts = useQuery(accountsQuery(brandId));
  const manages = may(useMe(), "pay.settings", "manage");
  const [edited, setEdited] = useState<Edited>();
  const [busy, setBusy] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: keys.paymentMethods(brandId) });

  async function change(act: () => Promise<unknown>) {
    setBusy(true);
    await act().catch(toast);
    await refresh();
    setBusy(false);
  }

  const edit = (method: PaymentMethod) => setEdited({ methodId: method.method_id, draft: draftOf(method) });
  const add = (
    <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setEdited({ methodId: undefined, draft: { ...newDraft, kind: "card" } })}>
      {t(texts.addMethod)}
    </Button>
  );
  return (
    <QueryView query={methods}>
      {({ methods: listed, version }) => {
        const ids = listed.map((one) => one.method_id);
        return (
          <>
            {manages ? null : <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} />}
            {listed.length === 0 ? (
              <EmptyState
                title={t(texts.noMethods)}
                hint={t(texts.noMethodsHint)}
                action={
                  manages ? (
                    <Flex gap={8} wrap justify="center">
                      <Button size="large" type="primary" onClick={() => setEdited({ methodId: undefined, draft: { ...newDraft, name: t(texts.cash) } })}>{t(texts.cash)}</Button>
                      <Button size="large" onClick={() => setEdited({ methodId: undefined, draft: { ...newDraft, kind: "card" } })}>{t(texts.kind.card)}</Button>
                    </Flex>
                  ) : null
                }
              />
            ) : (
              <>
                <div className={styles.tools}>
                  <p className={styles.soft}>{t(texts.methodsHint)}</p>
                  {manages ? add : null}
                </div>
                <ol className={styles.list} aria-label={t(texts.tab.methods)}>
                  {listed.map((method, index) => (
                    <MethodLine
                      key={method.method_id}
                      method={method}
                      accounts={accounts.data}
                      isFirst={index === 0}
                      isLast={index === listed.length - 1}
                      manages={manages}
                      busy={busy}
                      onAccounts={onAccounts}
                      onEdit={() => edit(method)}
                      onMove={(by) => void change(() => orderMethods(brandId, version, moved(ids, method.method_id, by)))}
                      onSwitch={(enabled) => void change(() => saveMethod(brandId, version, inputOf({ ...draftOf(method), enabled }), method.method_id, newIdempotencyKey()))}
                    />
                  ))}
                </ol>
              </>
            )}
            {edited ? (
              <MethodDrawer
                brandId={brandId}
                version={version}
                methodId={edited.methodId}
                draft={edited.draft}
                onClose={() => setEdited(undefined)}
                onReload={() => {
                  setEdited(undefined);
                  void refresh();
                }}
                onSaved={refresh}
              />
            ) : null}
          </>
        );
      }}
    </QueryView>
  );
}

interface MethodLineProps {
  method: PaymentMethod;
  accounts: readonly PaymentAccount[] | undefined;
  isFirst: boolean;
  isLast: boolean;
  manages: boolean;
  busy: boolean;
  onAccounts: () => void;
  onEdit: () => void;
  onMove: (by: number) => void;
  onSwitch: (enabled: boolean) => void;
}

function MethodLine({ method, accounts, isFirst, isLast, manages, busy, onAccounts, onEdit, onMove, onSwitch }: MethodLineProps) {
  const t = useT();
  const { brand, branches } = useScope();
  const lack = accounts ? lackOf(method, accounts, Date.now()) : undefined;
  const { name } = method;
  return (
    <li className={styles.method} data-off={method.enabled ? undefined : true}>
      <span className={styles.what}>
        <strong>{name}</strong>
        <span className={styles.soft}>
          {[...(method.enabled ? [] : [t(texts.off)]), summaryOf(method, branches, brand?.currency ?? "TWD", t)].filter(Boolean).join(" · ")}
        </span>
        {lack ? (
          <span className={styles.lack}>
            {t(texts.lack[lack])} <Button type="link" size="small" onClick={onAccounts}>{t(texts.toAccounts)}</Button>
          </span>
        ) : null}
      </span>
      {manages ? (
        <span className={styles.acts}>
          <Button type="text" icon={<ArrowUpOutlined />} disabled={isFirst || busy} aria-label={t(common.actionUpNamed, { name })} onClick={() => onMove(-1)} />
          <Button type="text" icon={<ArrowDownOutlined />} disabled={isLast || busy} aria-label={t(common.actionDownNamed, { name })} onClick={() => onMove(1)} />
          <Button type="text" icon={<EditOutlined />} aria-label={t(common.actionEditNamed, { name })} onClick={onEdit} />
          <Switch checked={method.enabled} disabled={busy} aria-label={t(texts.offered, { name })} onChange={onSwitch} />
        </span>
      ) : null}
    </li>
  );
}
