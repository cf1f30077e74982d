import type { MenuOptionGroup, MenuProduct } from "@yizhimai/api";
import { formatMoney, formatSignedMoney } from "@yizhimai/kit";
import { mayAdd, tapped, withQuantity, type Choice } from "../../domain/options";
import { canHave, fewLeft, isSoldOut, pauseOf, type Stock } from "../../domain/stock";
import { pausedText } from "../../lib/paused-text";
import { Stepper } from "../../parts/stepper";
import { t } from "../../text";
import { texts } from "./sheet-texts";
import { texts as menuTexts } from "./texts";

function leftText(stock: Stock, timeZone: string, kind: "variant" | "option", skuId: string): string | undefined {
  const pause = pauseOf(stock, kind, skuId);
  if (pause) return pausedText({ until: pause.ends_at ?? null }, stock, timeZone);
  if (isSoldOut(stock, skuId)) return t(menuTexts.soldOut);
  const left = fewLeft(stock, skuId);
  return left !== undefined ? t(menuTexts.left, { count: left }) : undefined;
}

interface ChipProps {
  type: "radio" | "checkbox";
  group: string;
  id: string;
  name: string;
  price?: string;
  note?: string;
  checked: boolean;
  disabled: boolean;
  onTap: () => void;
}

function Chip({ type, group, id, name, price, note, checked, disabled, onTap }: ChipProps) {
  return (
    <label class="chip">
      <input type={type} name={group} value={id} checked={checked} disabled={disabled} onChange={onTap} onClick={checked && type === "radio" ? onTap : undefined} />
      <span class="chip-face">
        <span>{name}</span>
        {price && <span class="chip-price">{price}</span>}
        {note && <span class="chip-note">{note}</span>}
      </span>
    </label>
  );
}

interface VariantGroupProps {
  product: MenuProduct;
  chosen: string;
  currency: string;
  stock: Stock;
  timeZone: string;
  onChange: (variantId: string) => void;
}

export function VariantGroup({ product, chosen, currency, stock, timeZone, onChange }: VariantGroupProps) {
  return (
    <fieldset class="group">
      <legend>
        <span class="group-name">{t(texts.itemVariant)}</span>
        <span class="badge">{t(texts.itemRequired)}</span>
      </legend>
      <div class="chips">
        {product.variants.map((variant) => (
          <Chip
            key={variant.variant_id} type="radio" group="variant" id={variant.variant_id} name={variant.name}
            price={formatMoney(variant.price, currency)} note={leftText(stock, timeZone, "variant", variant.variant_id)}
            checked={variant.variant_id === chosen} disabled={!canHave(stock, "variant", variant.variant_id)}
            onTap={() => onChange(variant.variant_id)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function rule(group: MenuOptionGroup): string {
  if (group.min === group.max) return group.min === 1 ? t(texts.itemChooseOne) : t(texts.itemChooseExact, { count: group.min });
  if (group.min === 0) return group.max === 1 ? t(texts.itemChooseOne) : t(texts.itemChooseMax, { max: group.max });
  return t(texts.itemChooseRange, { min: group.min, max: group.max });
}

interface OptionGroupProps {
  group: MenuOptionGroup;
  choice: Choice;
  currency: string;
  stock: Stock;
  timeZone: string;
  missing: boolean;
  onChange: (choice: Choice) => void;
}

/** 甜度, 冰量, 加料: chips with their prices; one-of groups are radios, others can be counted up. */
export function OptionGroup({ group, choice, currency, stock, timeZone, missing, onChange }: OptionGroupProps) {
  const id = `g-${group.option_group_id}`;
  const counted = group.options.filter((option) => option.max_quantity > 1 && (choice[option.option_id] ?? 0) > 0);
  return (
    <fieldset class={`group ${missing ? "is-missing" : ""}`} id={id} aria-describedby={missing ? `${id}-error` : undefined}>
      <legend>
        <span class="group-name">{group.name}</span>
        <span class={group.min > 0 ? "badge" : "badge badge-quiet"}>{group.min > 0 ? t(texts.itemRequired) : t(texts.itemOptional)}</span>
        <span class="group-rule">{rule(group)}</span>
        {group.free_count > 0 && <span class="group-rule">{t(texts.itemFree, { count: group.free_count })}</span>}
      </legend>
      {missing && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {t(texts.itemMissing, { group: group.name })}
        </p>
      )}
      <div class="chips">
        {group.options.map((option) => {
          const checked = (choice[option.option_id] ?? 0) > 0;
          const soldOut = !canHave(stock, "option", option.option_id);
          const full = group.max > 1 && !checked && !mayAdd(group, choice, option);
          return (
            <Chip
              key={option.option_id} type={group.max === 1 ? "radio" : "checkbox"} group={id} id={option.option_id} name={option.name}
              price={option.price === 0 ? undefined : formatSignedMoney(option.price, currency)} note={leftText(stock, timeZone, "option", option.option_id)}
              checked={checked} disabled={soldOut || full} onTap={() => onChange(tapped(group, choice, option))}
            />
          );
        })}
      </div>
      {counted.map((option) => {
        const quantity = choice[option.option_id] ?? 0;
        return (
          <div class="counted" key={option.option_id}>
            <span>{option.name}</span>
            <Stepper
              name={option.name} value={quantity} min={0} max={mayAdd(group, choice, option) ? option.max_quantity : quantity}
              onChange={(value) => onChange(withQuantity(choice, option.option_id, value))}
            />
          </div>
        );
      })}
    </fieldset>
  );
}
