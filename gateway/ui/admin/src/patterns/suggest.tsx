import { AutoComplete, Input, type AutoCompleteProps, type InputProps } from "antd";

interface SuggestProps extends Pick<AutoCompleteProps, "id" | "value" | "onChange"> {
  maxLength: number;
  /** What was typed before, with repetitions; each is offered once. */
  known: readonly string[];
}

/** A line of text with what was typed elsewhere as suggestions, so that 吧台 stays one word however often it is typed. */
export function Suggest({ maxLength, known, ...rest }: SuggestProps) {
  const options = [...new Set(known)].filter(Boolean).sort((a, b) => a.localeCompare(b, "zh-TW")).map((value) => ({ value }));
  return (
    <AutoComplete {...rest} options={options} showSearch={{ filterOption: true }}>
      <Line maxLength={maxLength} />
    </AutoComplete>
  );
}

/** While no suggestion is chosen the list's first index is -1, which is the id of nothing. */
function Line({ "aria-activedescendant": active, ...rest }: InputProps) {
  return <Input {...rest} aria-activedescendant={active?.endsWith("_-1") ? undefined : active} />;
}
