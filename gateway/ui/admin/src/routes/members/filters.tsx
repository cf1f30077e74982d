import { FilterOutlined } from "@ant-design/icons";
import { Button, DatePicker, Flex, Input, InputNumber, Popover, Select } from "antd";
import dayjs from "dayjs";
import type { ReactNode } from "react";

import type { MemberState } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { texts as memberTexts } from "../membership/member-texts";
import { useTags, useTiers } from "../membership/use-names";
import { genders, marketings, MOST_TAGS, MOST_TIERS, sorts, states, type MemberSearch } from "./search";
import { texts } from "./texts";

const folded = ["branch", "from", "until", "quiet", "orders", "spent", "birth", "gender", "marketing", "line"] as const satisfies readonly (keyof MemberSearch)[];

interface MemberFiltersProps {
  search: MemberSearch;
  text: string;
  onChange: (next: Partial<MemberSearch>, text?: string) => void;
}

/** Which members: what is asked for most beside the list, the rest folded. */
export function MemberFilters({ search, text, onChange }: MemberFiltersProps) {
  const t = useT();
  const tiers = [...useTiers()].map(([id, { name }]) => ({ id, name }));
  const tags = [...useTags()].filter(([, { archived }]) => !archived).map(([id, { name }]) => ({ id, name }));
  const used = folded.filter((one) => search[one] !== undefined).length;
  return (
    <>
      <Input.Search
        key={text}
        allowClear
        style={{ flex: "1 1 240px", maxWidth: 340 }}
        placeholder={t(texts.find)}
        aria-label={t(texts.find)}
        defaultValue={text}
        onSearch={(typed) => onChange({}, typed.trim())}
      />
      <Select<MemberState[]>
        mode="multiple"
        style={{ minWidth: 140 }}
        maxTagCount="responsive"
        aria-label={t(memberTexts.stateLabel)}
        placeholder={t(texts.allStates)}
        value={search.states ?? []}
        onChange={(chosen) => onChange({ states: chosen })}
        options={states.map((one) => ({ value: one, label: t(memberTexts.state[one]) }))}
      />
      <NamedFilter label={t(memberTexts.tier)} placeholder={t(texts.allTiers)} most={MOST_TIERS} named={tiers} chosen={search.tiers} onChange={(chosen) => onChange({ tiers: chosen })} />
      <NamedFilter label={t(memberTexts.tags)} placeholder={t(texts.allTags)} most={MOST_TAGS} named={tags} chosen={search.tags} onChange={(chosen) => onChange({ tags: chosen })} />
      <Select
        style={{ minWidth: 120 }}
        aria-label={t(texts.sortLabel)}
        value={search.sort ?? "joined"}
        onChange={(sort) => onChange({ sort: sort === "joined" ? undefined : sort })}
        options={sorts.map((one) => ({ value: one, label: t(texts.sort[one]) }))}
      />
      <Popover trigger="click" placement="bottom" content={<MoreFilters search={search} onChange={onChange} />}>
        <Button icon={<FilterOutlined />}>{used > 0 ? t(texts.moreOn, { count: used }) : t(texts.more)}</Button>
      </Popover>
    </>
  );
}

interface NamedFilterProps {
  label: string;
  placeholder: string;
  most: number;
  named: readonly { id: string; name: string }[];
  chosen: readonly string[] | undefined;
  onChange: (chosen: string[]) => void;
}

/** Members with one of these; absent where the account sees none. What is chosen and gone since can be taken out. */
function NamedFilter({ label, placeholder, most, named, chosen = [], onChange }: NamedFilterProps) {
  const t = useT();
  const gone = chosen.filter((id) => !named.some((one) => one.id === id));
  if (named.length === 0 && gone.length === 0) return null;
  return (
    <Select<string[]>
      mode="multiple"
      style={{ minWidth: 130, maxWidth: 260 }}
      maxCount={most}
      maxTagCount="responsive"
      aria-label={label}
      placeholder={placeholder}
      showSearch={{ optionFilterProp: "label" }}
      value={[...chosen]}
      onChange={onChange}
      options={[...named.map(({ id, name }) => ({ value: id, label: name })), ...gone.map((id) => ({ value: id, label: t(texts.gone) }))]}
    />
  );
}

function MoreFilters({ search, onChange }: Pick<MemberFiltersProps, "search" | "onChange">) {
  const t = useT();
  const { branches } = useScope();
  const labelled = (label: string, field: ReactNode) => (
    <div>
      <div>{label}</div>
      {field}
    </div>
  );
  const number = (name: "quiet" | "orders" | "spent", label: string, extra: { suffix?: string; prefix?: string }) =>
    labelled(
      label,
      <InputNumber<number>
        {...extra}
        min={1}
        max={name === "quiet" ? 3_650 : 999_999_999}
        precision={0}
        style={{ width: "100%" }}
        aria-label={label}
        placeholder={t(texts.any)}
        value={search[name] ?? null}
        changeOnWheel={false}
        onChange={(value) => onChange({ [name]: value ?? undefined })}
      />,
    );
  const choice = <V extends string | number>(name: keyof MemberSearch, label: string, options: { value: V; label: string }[]) =>
    labelled(
      label,
      <Select<V>
        allowClear
        style={{ width: "100%" }}
        aria-label={label}
        placeholder={t(texts.any)}
        showSearch={{ optionFilterProp: "label" }}
        value={search[name] as V | undefined}
        onChange={(value?: V) => onChange({ [name]: value })}
        options={options}
      />,
    );
  return (
    <Flex vertical gap={10} style={{ width: 280 }}>
      {choice("branch", t(memberTexts.sourceBranch), branches.map(({ branch_id, name }) => ({ value: branch_id, label: name })))}
      {labelled(
        t(texts.joinedBetween),
        <DatePicker.RangePicker
          aria-label={t(texts.joinedBetween)}
          allowEmpty={[true, true]}
          style={{ width: "100%" }}
          value={[search.from ? dayjs(search.from) : null, search.until ? dayjs(search.until) : null]}
          onChange={(_, [from, until]) => onChange({ from: from || undefined, until: until || undefined })}
        />,
      )}
      {number("quiet", t(texts.quiet), { suffix: t(common.unitDays) })}
      {number("orders", t(texts.minOrders), { suffix: t(texts.unitOrders) })}
      {number("spent", t(texts.minSpent), { prefix: "NT$" })}
      {choice("birth", t(texts.birthMonth), Array.from({ length: 12 }, (_, index) => ({ value: index + 1, label: t(texts.month, { month: index + 1 }) })))}
      {choice("gender", t(memberTexts.genderLabel), genders.map((one) => ({ value: one, label: t(memberTexts.gender[one]) })))}
      {choice("marketing", t(memberTexts.marketing), marketings.map((one) => ({ value: one, label: t(memberTexts.consent[one]) })))}
      {choice("line", t(memberTexts.line), [{ value: "yes", label: t(memberTexts.lineLinked) }, { value: "no", label: t(memberTexts.lineNot) }])}
      <Button onClick={() => onChange(Object.fromEntries(folded.map((one) => [one, undefined])))}>{t(texts.clear)}</Button>
    </Flex>
  );
}
