import { CloseOutlined } from "@ant-design/icons";
import { Alert, App, Button, Flex, InputNumber, Select } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { StockComponent } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { setRecipe } from "./queries";
import type { StockRow } from "./rows";
import styles from "./stock.module.css";
import { texts } from "./texts";

interface RecipeEditorProps {
  row: StockRow;
  components: readonly StockComponent[];
  onSaved: () => void;
}

const MOST_PARTS = 20;

/** What a variant or option takes from the shared components. */
export function RecipeEditor({ row, components, onSaved }: RecipeEditorProps) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const { brand } = useScope();
  const before = row.recipe?.parts ?? [];
  const [parts, setParts] = useState(before);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const free = components.filter((one) => !parts.some((part) => part.component_id === one.sku_id));
  const name = (id: string) => components.find((one) => one.sku_id === id)?.name ?? id;

  async function save() {
    setBusy(true);
    setRefused(undefined);
    try {
      await setRecipe(brand?.brand_id ?? "", row.sku_id, { parts, ...(row.recipe ? { version: row.recipe.version } : {}) });
      void message.success(t(texts.recipeSaved));
      onSaved();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(sentence(problem));
      if (problem.reason === "VERSION_CONFLICT") onSaved();
    } finally {
      setBusy(false);
    }
  }

  return (
    <section aria-label={t(texts.recipe)}>
      <Flex vertical gap={12}>
        <h3>{t(texts.recipe)}</h3>
        <p className={styles.hint}>{components.length === 0 ? t(texts.recipeNone) : t(texts.recipeHint)}</p>
        {parts.map((part) => (
          <Flex key={part.component_id} gap={8} align="center">
            <span style={{ flex: 1 }}>{name(part.component_id)}</span>
            <InputNumber
              size="large"
              inputMode="numeric"
              aria-label={t(texts.units, { name: name(part.component_id) })}
              min={1}
              max={999}
              precision={0}
              value={part.units}
              onChange={(units) => setParts(parts.map((one) => (one === part ? { ...one, units: units ?? 1 } : one)))}
            />
            <Button size="large" type="text" icon={<CloseOutlined />} aria-label={t(texts.partRemove, { name: name(part.component_id) })} onClick={() => setParts(parts.filter((one) => one !== part))} />
          </Flex>
        ))}
        {free.length > 0 && parts.length < MOST_PARTS ? (
          <Select
            size="large"
            showSearch={{ optionFilterProp: "label" }}
            aria-label={t(texts.partAdd)}
            placeholder={t(texts.partAdd)}
            value={null}
            onChange={(component_id: string | null) => component_id && setParts([...parts, { component_id, units: 1 }])}
            options={free.map((one) => ({ value: one.sku_id, label: one.name }))}
          />
        ) : null}
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        {JSON.stringify(parts) === JSON.stringify(before) ? null : (
          <Button size="large" type="primary" loading={busy} onClick={() => void save()}>
            {t(texts.recipeSave)}
          </Button>
        )}
      </Flex>
    </section>
  );
}
