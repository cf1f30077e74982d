import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Flex, Select } from "antd";
import dayjs from "dayjs";
import utc from "dayjs/plugin/utc";
import { instantOf, wallOf } from "@yizhimai/kit";

import type { RuleAudience } from "../../data/benefit-types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ClockField } from "../hours/clock-field";
import { WeekdayButtons } from "../limits/days-field";
import { Chips, Field } from "../limits/fields";
import { kinds } from "../payments/method";
import { texts as paymentTexts } from "../payments/texts";
import type { FaultsAt } from "./faults";
import { CountInput, MoneyInput } from "./money-input";
import { isNamed } from "./products";
import { MOST_HOURS, type Conditions, type Rule } from "./rule";
import styles from "./rules.module.css";
import { texts } from "./texts";
import { useAudiences } from "./use-rule-names";

dayjs.extend(utc);

const ways = ["pickup", "delivery", "on_site"] as const;
const sources = ["web", "line", "qr_table", "counter", "uber_eats"] as const;
const WALL = "YYYY-MM-DDTHH:mm";
const DAY_MINUTES = 1_440;
const LAST_SECONDS_MS = 59_000;

interface PartProps {
  conditions: Conditions;
  faults: FaultsAt;
  onChange: (part: Partial<Conditions>) => void;
}

interface MomentFieldProps {
  label: string;
  /** The end of a period holds to the last second of its minute, and begins as the end of a day. */
  isEnd: boolean;
  instant: string | null | undefined;
  onChange: (instant: string | null) => void;
}

/** Start or end of a period on the branch's clock. */
export function MomentField({ label, isEnd, instant, onChange }: MomentFieldProps) {
  const { timeZone } = useScope();
  const edge = dayjs.utc(isEnd ? "2000-01-01T23:59" : "2000-01-01T00:00");
  return (
    <DatePicker
      aria-label={label}
      placeholder={label}
      size="large"
      style={{ width: 220 }}
      format="YYYY-MM-DD HH:mm"
      showTime={{ format: "HH:mm", defaultOpenValue: edge }}
      showNow={false}
      value={instant ? dayjs.utc(wallOf(instant, timeZone)) : null}
      onChange={(time) => {
        if (!time) return onChange(null);
        const at = Date.parse(instantOf(time.format(WALL), timeZone));
        return onChange(new Date(at + (isEnd ? LAST_SECONDS_MS : 0)).toISOString());
      }}
    />
  );
}

/** The least amount and count of the goods. */
export function MinimumFields({ rule, faults, onChange }: { rule: Rule; faults: FaultsAt; onChange: (part: Partial<Conditions>) => void }) {
  const t = useT();
  const { min_spend, min_units, counts_excluded, counts_fees } = rule.conditions;
  return (
    <>
      <Flex wrap gap={24}>
        <Field label={t(texts.minSpend)} faults={faults("conditions.min_spend")}>
          <MoneyInput label={t(texts.minSpend)} placeholder={t(texts.noMinimum)} value={min_spend || null} onChange={(amount) => onChange({ min_spend: amount ?? 0 })} />
        </Field>
        <Field label={t(texts.minUnits)} faults={faults("conditions.min_units")}>
          <CountInput label={t(texts.minUnits)} placeholder={t(texts.noMinimum)} min={0} max={300} value={min_units || null} onChange={(units) => onChange({ min_units: units ?? 0 })} />
        </Field>
      </Flex>
      <Checkbox checked={counts_fees} onChange={({ target }) => onChange({ counts_fees: target.checked })}>{t(texts.countsFees)}</Checkbox>
      <Checkbox checked={counts_excluded} onChange={({ target }) => onChange({ counts_excluded: target.checked })}>{t(texts.countsExcluded)}</Checkbox>
    </>
  );
}

/** When a rule acts: between dates, on weekdays, at hours. */
export function WhenFields({ conditions, faults, onChange, withPeriod = true }: PartProps & { withPeriod?: boolean }) {
  const t = useT();
  const { starts_at, ends_at, weekdays, hours, time_basis } = conditions;
  const timed = weekdays.length + hours.length > 0;
  const put = (index: number, part: Partial<(typeof hours)[number]>) => onChange({ hours: hours.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <>
      {withPeriod ? (
        <Flex wrap gap={24}>
          <Field label={t(texts.starts)} hint={t(texts.always)} faults={faults("conditions.starts_at")}>
            <MomentField label={t(texts.starts)} isEnd={false} instant={starts_at} onChange={(at) => onChange({ starts_at: at })} />
          </Field>
          <Field label={t(texts.ends)} hint={t(texts.forever)} faults={faults("conditions.ends_at")}>
            <MomentField label={t(texts.ends)} isEnd instant={ends_at} onChange={(at) => onChange({ ends_at: at })} />
          </Field>
        </Flex>
      ) : null}
      <Field label={t(texts.weekdays)} hint={t(texts.everyDay)} faults={faults("conditions.weekdays")}>
        <WeekdayButtons chosen={weekdays} onChange={(chosen) => onChange({ weekdays: chosen })} />
      </Field>
      <Field label={t(texts.hours)} faults={faults("conditions.hours")} {...(hours.length === 0 ? { hint: t(texts.hoursNone) } : {})}>
        {hours.map(({ from_minute, to_minute }, index) => (
          <Flex key={index} gap={8} align="center" wrap>
            <ClockField label={t(texts.hoursFrom, { number: index + 1 })} minute={from_minute} onChange={(minute) => put(index, { from_minute: minute })} />
            <span aria-hidden>–</span>
            <ClockField label={t(texts.hoursTo, { number: index + 1 })} minute={to_minute} onChange={(minute) => put(index, { to_minute: minute === 0 ? DAY_MINUTES : minute })} />
            {to_minute <= from_minute ? <small>{t(texts.nextDay)}</small> : null}
            <Button className={styles.square ?? ""} type="text" icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { number: index + 1 })} onClick={() => onChange({ hours: hours.filter((_, other) => other !== index) })} />
          </Flex>
        ))}
        {hours.length < MOST_HOURS ? (
          <div>
            <Button icon={<PlusOutlined />} onClick={() => onChange({ hours: [...hours, { from_minute: 840, to_minute: 1_020 }] })}>{t(texts.addHours)}</Button>
          </div>
        ) : null}
      </Field>
      {timed ? (
        <Field label={t(texts.basis)} faults={faults("conditions.time_basis")}>
          <Chips label={t(texts.basis)} values={["placed", "wanted"] as const} chosen={time_basis} text={(one) => t(texts.basisIs[one])} onChoose={(basis) => onChange({ time_basis: basis })} />
        </Field>
      ) : null}
    </>
  );
}

/** Where a rule acts: branches, ways to get the order, channels, kinds of payment. */
export function WhereFields({ brandId, conditions, faults, onChange }: PartProps & { brandId: string }) {
  const t = useT();
  const { branches } = useScope();
  const own = branches.filter((one) => one.brand_id === brandId && one.state !== "closed");
  const wide = { size: "large" as const, mode: "multiple" as const, style: { width: "100%" }, showSearch: { filterOption: isNamed } };
  return (
    <>
      <Field label={t(texts.branches)} faults={faults("conditions.branch_ids", "conditions.brand_ids")}>
        <Select<string[]> {...wide} aria-label={t(texts.branches)} placeholder={t(texts.allBranches)} value={conditions.branch_ids} options={own.map((one) => ({ value: one.branch_id, label: one.name }))} onChange={(branch_ids) => onChange({ branch_ids })} />
      </Field>
      <Field label={t(texts.methods)} faults={faults("conditions.methods")}>
        <Select {...wide} aria-label={t(texts.methods)} placeholder={t(texts.allMethods)} value={conditions.methods} options={ways.map((one) => ({ value: one, label: t(common.method[one]) }))} onChange={(methods: Conditions["methods"]) => onChange({ methods })} />
      </Field>
      <Field label={t(texts.channels)} faults={faults("conditions.channels")}>
        <Select {...wide} aria-label={t(texts.channels)} placeholder={t(texts.allChannels)} value={conditions.channels} options={sources.map((one) => ({ value: one, label: t(common.channel[one]) }))} onChange={(channels: Conditions["channels"]) => onChange({ channels })} />
      </Field>
      <Field label={t(texts.payments)} faults={faults("conditions.payment_kinds")}>
        <Select<string[]> {...wide} aria-label={t(texts.payments)} placeholder={t(texts.allPayments)} value={conditions.payment_kinds} options={kinds.map((one) => ({ value: one, label: t(paymentTexts.kind[one]) }))} onChange={(payment_kinds) => onChange({ payment_kinds })} />
      </Field>
    </>
  );
}

/** For whom a rule acts. */
export function WhoFields({ conditions, faults, onChange }: PartProps) {
  const t = useT();
  const { tiers, tags } = useAudiences();
  const { audience } = conditions;
  const set = (part: Partial<RuleAudience>) => onChange({ audience: { ...audience, ...part } });
  const option = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  const wide = { size: "large" as const, mode: "multiple" as const, style: { width: "100%" }, showSearch: { filterOption: isNamed } };
  const members = audience.kind !== "guests";
  return (
    <>
      <Field label={t(texts.who)} faults={faults("conditions.audience")}>
        <Chips
          label={t(texts.who)}
          values={["everyone", "members", "guests"] as const}
          chosen={audience.kind}
          text={(one) => t(texts.audienceIs[one])}
          onChoose={(kind) => set(kind === "guests" ? { kind, tier_ids: [], tag_ids: [], birth_month: false } : { kind })}
        />
      </Field>
      {members && (tiers.length > 0 || audience.tier_ids.length > 0) ? (
        <Field label={t(texts.tiers)} faults={[]}>
          <Select<string[]> {...wide} aria-label={t(texts.tiers)} placeholder={t(texts.allTiers)} value={audience.tier_ids} options={tiers.map(option)} onChange={(tier_ids) => set({ tier_ids })} />
        </Field>
      ) : null}
      {members && (tags.length > 0 || audience.tag_ids.length > 0) ? (
        <Field label={t(texts.tags)} faults={[]}>
          <Select<string[]> {...wide} aria-label={t(texts.tags)} placeholder={t(texts.allTags)} value={audience.tag_ids} options={tags.map(option)} onChange={(tag_ids) => set({ tag_ids })} />
        </Field>
      ) : null}
      {members ? <Checkbox checked={audience.birth_month} onChange={({ target }) => set({ birth_month: target.checked })}>{t(texts.birthMonth)}</Checkbox> : null}
    </>
  );
}
