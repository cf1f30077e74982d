import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, App, Button, Collapse, Flex, Select } from "antd";
import type { ReactNode } from "react";

import type { Plan, VersionState } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { hasPlan, may, type Permission } from "../../session/may";
import styles from "./membership.module.css";
import { freeScopes, inForce, mayEdit, past, pending, scopeKey, scopeName, type Programme } from "./programmes";
import type { ProgrammeSearch } from "./programme-search";
import { texts } from "./texts";

interface SavedVersion {
  version: number;
  state: VersionState;
  effective_at: string;
  saved_at: string;
  saved_by: string;
}

interface ProgrammeFrameProps<V extends SavedVersion, P extends Programme<V>> {
  programmes: readonly P[];
  search: ProgrammeSearch;
  onShow: (programmeId: string) => void;
  permission: Permission;
  plan: Plan;
  editPath: string;
  empty: { title: string; hint: string };
  /** A version in words. */
  summary: (version: V, programme: P) => ReactNode;
  /** What stands above the rules: figures of the programme. */
  figures?: (programme: P) => ReactNode;
  onWithdraw: (programme: P, version: V) => Promise<unknown>;
}

/** A programme with its scope: the rules in force, those that wait and those of before, and the ways to change them. */
export function ProgrammeFrame<V extends SavedVersion, P extends Programme<V>>(props: ProgrammeFrameProps<V, P>) {
  const t = useT();
  const me = useMe();
  const { brands } = useScope();
  const { programmes, search, permission, plan, editPath } = props;
  const planned = hasPlan(me, plan);
  const manages = may(me, permission, "manage") && planned;
  const free = manages ? freeScopes(programmes, brands, me) : [];
  const shown = programmes.find((one) => one.programme_id === search.programme) ?? programmes[0];
  const begin = free.map((scope) => (
    <Link key={scopeKey(scope)} to={editPath as LinkProps["to"]} search={{ begin: scopeKey(scope) } as never}>
      <Button size="large" type={shown ? "default" : "primary"} icon={<PlusOutlined />}>
        {free.length === 1 && !shown ? t(texts.begin) : t(texts.beginFor, { name: scopeName(t, scope, brands) })}
      </Button>
    </Link>
  ));
  const planNotice = planned ? null : <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(texts.planNeeded, { plan: t(common.plan[plan]) })} />;
  if (!shown) {
    return (
      <>
        {planNotice}
        <EmptyState {...props.empty} action={<Flex wrap gap={8} justify="center">{begin}</Flex>} />
      </>
    );
  }
  return (
    <>
      {planNotice}
      {planned && may(me, permission, "manage") && !mayEdit(me, shown) ? <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(texts.ofBrandOnly)} /> : null}
      {programmes.length > 1 || begin.length > 0 ? (
        <div className={styles.tools}>
          {programmes.length > 1 ? (
            <Select
              size="large"
              style={{ minWidth: 200 }}
              aria-label={t(texts.programme)}
              value={shown.programme_id}
              options={programmes.map((one) => ({ value: one.programme_id, label: scopeName(t, one, brands) }))}
              onChange={props.onShow}
            />
          ) : null}
          {begin}
        </div>
      ) : null}
      {props.figures?.(shown)}
      <Versions {...props} programme={shown} edits={manages && mayEdit(me, shown)} />
    </>
  );
}

function Versions<V extends SavedVersion, P extends Programme<V>>({ programme, edits, editPath, summary, onWithdraw }: ProgrammeFrameProps<V, P> & { programme: P; edits: boolean }) {
  const t = useT();
  const { timeZone, brands } = useScope();
  const nameOf = useAccountNames();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const at = (instant: string) => formatDateTime(instant, timeZone);
  const current = inForce(programme);
  const earlier = past(programme);
  const to = editPath as LinkProps["to"];
  const here = { programme: programme.programme_id };

  async function withdraw(version: V) {
    try {
      await onWithdraw(programme, version);
      void message.success(t(texts.withdrawn));
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <>
      {pending(programme).map((version) => (
        <Alert
          key={version.version}
          type="info"
          showIcon
          style={{ marginBottom: 12 }}
          title={t(texts.pendingTitle, { time: at(version.effective_at) })}
          description={
            <Flex vertical gap={8}>
              {summary(version, programme)}
              <span className={styles.soft}>{t(texts.pendingBy, { name: nameOf(version.saved_by), time: at(version.saved_at) })}</span>
              {edits ? (
                <Flex gap={8} wrap>
                  <Link to={to} search={{ ...here, replaces: version.version } as never}>
                    <Button>{t(texts.pendingChange)}</Button>
                  </Link>
                  <Button
                    danger
                    onClick={() =>
                      danger({ title: t(texts.withdrawTitle, { time: at(version.effective_at) }), text: t(texts.withdrawText), deed: t(texts.withdraw), act: () => withdraw(version) })
                    }
                  >
                    {t(texts.withdraw)}
                  </Button>
                </Flex>
              ) : null}
            </Flex>
          }
        />
      ))}
      {current ? (
        <section className={styles.card} aria-label={scopeName(t, programme, brands)}>
          <Flex justify="space-between" align="flex-start" gap={12} wrap>
            <div className={styles.grow}>
              <h2>{scopeName(t, programme, brands)}</h2>
              <span className={styles.soft}>{t(texts.inForceSince, { time: at(current.effective_at), name: nameOf(current.saved_by) })}</span>
            </div>
            {edits ? (
              <Link to={to} search={here as never}>
                <Button size="large" type="primary" icon={<EditOutlined />}>{t(texts.change)}</Button>
              </Link>
            ) : null}
          </Flex>
          {summary(current, programme)}
        </section>
      ) : null}
      {earlier.length > 0 ? (
        <Collapse
          ghost
          style={{ marginTop: 12 }}
          items={[
            {
              key: "history",
              label: t(texts.history, { count: earlier.length }),
              children: earlier.map((version) => (
                <section key={version.version} className={styles.card}>
                  <span className={styles.soft}>
                    {t(texts.pastFrom, { time: at(version.effective_at), name: nameOf(version.saved_by) })}
                    {version.state === "withdrawn" ? ` · ${t(texts.versionWithdrawn)}` : ""}
                  </span>
                  {summary(version, programme)}
                </section>
              )),
            },
          ]}
        />
      ) : null}
    </>
  );
}
