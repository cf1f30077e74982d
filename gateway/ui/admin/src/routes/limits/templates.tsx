import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Input, Skeleton } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { LimitRule, LimitTemplate } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { ErrorState } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsBrand } from "../../session/may";
import { CopyBranches } from "./copy-branches";
import styles from "./limits.module.css";
import { deleteTemplate, limitTemplatesQuery, saveTemplate } from "./queries";
import { withoutId } from "./rule";
import { sentence, type Words } from "./sentence";
import { texts } from "./texts";

const MOST_SHOWN = 4;

interface TemplatesProps {
  branchId: string;
  rules: readonly LimitRule[];
  words: Words;
  onFill: (rules: readonly LimitRule[]) => void;
  onClose: () => void;
}

/** 範本: sets of rules of the brand, for a branch to take; made by who has the whole brand. */
export function Templates({ rules, words, onFill, onClose }: TemplatesProps) {
  const t = useT();
  const say = useReason();
  const toast = useRefusalToast();
  const danger = useDanger();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { branch } = useScope();
  const brandId = branch?.brand_id ?? "";
  const ofBrand = holdsBrand(useMe(), brandId);
  const templates = useQuery({ ...limitTemplatesQuery(brandId), enabled: brandId !== "" });
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [given, setGiven] = useState<LimitTemplate>();
  const refresh = () => client.invalidateQueries({ queryKey: keys.limitTemplates(brandId) });

  async function save(over?: LimitTemplate) {
    setBusy(true);
    setRefused(undefined);
    try {
      const body = { name: over?.name ?? name.trim(), rules: rules.map(withoutId) };
      await saveTemplate(brandId, over ? { ...body, template_id: over.template_id, version: over.version } : body);
      setName("");
      void message.success(t(texts.templateSaved, { name: body.name }));
      await refresh();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const taken = [problem.reason, ...problem.fields.map((field) => field.reason)].includes("CODE_TAKEN");
      setRefused(taken ? t(texts.templateTaken) : problem.fields.length > 0 ? problem.fields.map(say).join(" ") : say(problem));
      await refresh();
    } finally {
      setBusy(false);
    }
  }

  const remove = (template: LimitTemplate) =>
    danger({
      title: t(texts.templateDelete, { name: template.name }),
      text: t(texts.templateDeleteHint),
      deed: t(texts.delete),
      act: () => deleteTemplate(template).catch(toast).finally(() => void refresh()),
    });

  return (
    <DetailDrawer open title={t(texts.templates)} onClose={onClose}>
      {ofBrand ? (
        <section aria-label={t(texts.templateSave)}>
          <h3 className={styles.label}>{t(texts.templateSave)}</h3>
          <Flex gap={8}>
            <Input size="large" maxLength={40} aria-label={t(texts.templateName)} placeholder={t(texts.templateName)} value={name} onChange={({ target }) => setName(target.value)} />
            <Button size="large" type="primary" loading={busy} disabled={name.trim() === "" || rules.length === 0} onClick={() => void save()}>{t(texts.templateAdd)}</Button>
          </Flex>
          {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        </section>
      ) : (
        <p className={styles.soft}>{t(texts.templateHq)}</p>
      )}
      {templates.isError ? <ErrorState thrown={templates.error} onRetry={() => void templates.refetch()} /> : null}
      {templates.isLoading ? <Skeleton active /> : null}
      {templates.data?.length === 0 ? <p className={styles.soft}>{t(texts.templateNone)}</p> : null}
      <ul className={styles.versions}>
        {templates.data?.map((template) => (
          <li key={template.template_id}>
            <strong>{template.name}</strong>
            <Sentences rules={template.rules} words={words} />
            <Flex gap={8} wrap>
              <Button type="primary" aria-label={t(texts.templateFillNamed, { name: template.name })} onClick={() => onFill(template.rules)}>{t(texts.templateFill)}</Button>
              <Button onClick={() => setGiven(template)}>{t(texts.templateGive)}</Button>
              {ofBrand ? (
                <>
                  <Button
                    disabled={rules.length === 0}
                    onClick={() =>
                      danger({
                        title: t(texts.templateOver, { name: template.name, count: rules.length }),
                        text: t(texts.templateDeleteHint),
                        deed: t(texts.templateOverIt),
                        act: () => save(template),
                      })
                    }
                  >
                    {t(texts.templateOverIt)}
                  </Button>
                  <Button danger aria-label={t(texts.templateDeleteNamed, { name: template.name })} onClick={() => remove(template)}>{t(texts.delete)}</Button>
                </>
              ) : null}
            </Flex>
          </li>
        ))}
      </ul>
      {given ? <CopyBranches source={{ template_id: given.template_id }} count={given.rules.length} unsaved={false} onClose={() => setGiven(undefined)} /> : null}
    </DetailDrawer>
  );
}

/** The first rules of a set, and how many more there are. */
export function Sentences({ rules, words, most = MOST_SHOWN }: { rules: readonly LimitRule[]; words: Words; most?: number }) {
  const { t } = words;
  if (rules.length === 0) return <p className={styles.soft}>{t(texts.noRules)}</p>;
  return (
    <ul className={styles.sentences}>
      {rules.slice(0, most).map((rule, index) => (
        <li key={rule.rule_id ?? index} data-off={!rule.enabled || undefined}>
          {sentence(rule, words)}
          {rule.enabled ? "" : `（${t(texts.isOff)}）`}
        </li>
      ))}
      {rules.length > most ? <li>{t(texts.moreRules, { count: rules.length - most })}</li> : null}
    </ul>
  );
}
