import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Collapse, Form, Select } from "antd";

import type { Brand, TierBenefits } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ClockField } from "../hours/clock-field";
import membership from "../membership/membership.module.css";
import { TargetFields } from "../membership/target-fields";
import { MOST_EXCLUSIVE_HOURS, newHours } from "./rules";
import { texts } from "./texts";

const methods = ["pickup", "delivery", "on_site"] as const;
const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const DAY_MINUTES = 1_440;

interface ExtraFieldsProps {
  place: number;
  brands: readonly Brand[];
}

/** What the discount leaves out, and what is for the tier and those above alone; folded, for most tiers have none. */
export function ExtraFields({ place, brands }: ExtraFieldsProps) {
  const t = useT();
  const own = (part: keyof TierBenefits) => [place, "benefits", part];
  return (
    <Collapse
      ghost
      items={[
        {
          key: "discount",
          label: t(texts.notDiscounted),
          children: <TargetFields name={own("target")} part="excluded" brands={brands} />,
        },
        {
          key: "products",
          label: t(texts.exclusiveProducts),
          children: (
            <>
              <p className={membership.soft} style={{ marginBottom: 8 }}>{t(texts.exclusiveHint)}</p>
              <TargetFields name={own("exclusive_products")} part="included" brands={brands} />
            </>
          ),
        },
        {
          key: "hours",
          label: t(texts.exclusiveHours),
          children: (
            <>
              <p className={membership.soft} style={{ marginBottom: 8 }}>{t(texts.exclusiveHoursHint)}</p>
              <HoursList name={own("exclusive_hours")} brands={brands} />
            </>
          ),
        },
      ]}
    />
  );
}

function HoursList({ name, brands }: { name: (string | number)[]; brands: readonly Brand[] }) {
  const t = useT();
  const { branches } = useScope();
  const own = branches.filter((one) => brands.some(({ brand_id }) => brand_id === one.brand_id));
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name: at }, index) => (
            <fieldset key={key} className={membership.boxed}>
              <legend>{t(texts.exclusiveNumber, { number: index + 1 })}</legend>
              <div className={membership.inline} style={{ marginBottom: 12 }}>
                <Form.Item name={[at, "hours", "from_minute"]} noStyle>
                  <MinuteField label={t(texts.hoursFrom, { number: index + 1 })} />
                </Form.Item>
                <span aria-hidden>–</span>
                <Form.Item name={[at, "hours", "to_minute"]} noStyle>
                  <MinuteField label={t(texts.hoursTo, { number: index + 1 })} isEnd />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t(texts.hoursRemove, { number: index + 1 })} onClick={() => remove(at)} />
              </div>
              <div className={membership.pair}>
                <Form.Item name={[at, "weekdays"]} required label={t(texts.hoursWeekdays)}>
                  <Select<number[]> mode="multiple" placeholder={t(texts.hoursEveryDay)} options={weekdays.map((one) => ({ value: one, label: t(common.weekday[one]) }))} />
                </Form.Item>
                <Form.Item name={[at, "methods"]} required label={t(texts.hoursMethods)}>
                  <Select mode="multiple" placeholder={t(texts.hoursAllMethods)} options={methods.map((one) => ({ value: one, label: t(common.method[one]) }))} />
                </Form.Item>
                <Form.Item name={[at, "branch_ids"]} required label={t(texts.hoursBranches)}>
                  <Select<string[]> mode="multiple" placeholder={t(texts.hoursAllBranches)} showSearch={{ optionFilterProp: "label" }} options={own.map((one) => ({ value: one.branch_id, label: one.name }))} />
                </Form.Item>
              </div>
            </fieldset>
          ))}
          <Button icon={<PlusOutlined />} disabled={fields.length >= MOST_EXCLUSIVE_HOURS} onClick={() => add(newHours)}>{t(texts.hoursAdd)}</Button>
        </>
      )}
    </Form.List>
  );
}

interface MinuteFieldProps {
  label: string;
  /** Midnight is the end of the day. */
  isEnd?: boolean;
  value?: number;
  onChange?: (minute: number) => void;
}

/** A time of the day as a field of a form. */
function MinuteField({ label, isEnd = false, value = 0, onChange }: MinuteFieldProps) {
  return <ClockField label={label} minute={value} onChange={(minute) => onChange?.(isEnd && minute === 0 ? DAY_MINUTES : minute)} />;
}
