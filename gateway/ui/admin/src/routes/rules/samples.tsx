import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { formatMoney } from "@yizhimai/kit";
import { explanationSentence, rejectionSentence } from "@yizhimai/kit/benefits";
import { Alert, Button, Flex, InputNumber, Segmented, Skeleton } from "antd";
import { useEffect, useState } from "react";

import type { BenefitClass, SampleCart, SampleLine, SamplePrice } from "../../data/benefit-types";
import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { faultsOf, type Rule } from "./rule";
import styles from "./rules.module.css";
import { firstCart } from "./sample-cart";
import { VariantSelect } from "./target-field";
import { texts } from "./texts";
import { useRuleMenu, useRuleWords } from "./use-rule-names";

const MOST_CARTS = 3;
const CALM_MS = 400;

type Who = "guest" | "member";

interface PreviewRequest {
  branch_id: string;
  benefit_class: BenefitClass;
  rule: Rule;
  promotion_id: string;
  carts: SampleCart[];
  who: Who;
}

/** Sample carts priced by the server with the rule as it is being made. */
const previewQuery = ({ who, rule, ...request }: PreviewRequest) => {
  const { audience } = rule.conditions;
  const member = who === "member" ? { tier_id: audience.tier_ids[0] ?? "", tag_ids: audience.tag_ids, first_order: audience.first_order, birth_month: audience.birth_month } : null;
  const body = { ...request, rule, member };
  return queryOptions({
    queryKey: keys.rulePreview(request.branch_id, JSON.stringify(body)),
    queryFn: async () => (await call("POST", "/api/admin/promotions/preview", { body })).prices,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
};

/** A value once it has stayed the same for a moment. */
function useCalm<V>(value: V): V {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), CALM_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}

interface SamplesProps {
  rule: Rule;
  promotionId: string;
}

/** 試算: carts beside the form, priced as the settings change. */
export function Samples({ rule, promotionId }: SamplesProps) {
  const t = useT();
  const sentence = useReason();
  const { branch } = useScope();
  const menu = useRuleMenu();
  const [made, setMade] = useState<SampleCart[]>();
  const [who, setWho] = useState<Who>("guest");
  const carts = made ?? (menu.data ? [firstCart(rule, menu.data)] : []);
  const ready = faultsOf({ ...rule, name: rule.name || "…" }).length === 0;
  const filled = carts.filter(({ lines }) => lines.length > 0);
  const calm = useCalm(JSON.stringify({ rule: { ...rule, name: rule.name.trim() || "…" }, filled, who }));
  const asked = JSON.parse(calm) as { rule: Rule; filled: SampleCart[]; who: Who };
  const preview = useQuery({
    ...previewQuery({ branch_id: branch?.branch_id ?? "", benefit_class: rule.benefit_class, rule: asked.rule, promotion_id: promotionId, carts: asked.filled, who: asked.who }),
    enabled: ready && branch !== undefined && asked.filled.length > 0,
  });
  const put = (index: number, cart: SampleCart) => setMade(carts.map((one, at) => (at === index ? cart : one)));
  return (
    <section className={styles.samples} aria-label={t(texts.samples)}>
      <div className={styles.partHead}>
        <h3>{t(texts.samples)}</h3>
        <Segmented<Who> aria-label={t(texts.sampleAs)} value={who} onChange={setWho} options={[{ value: "guest", label: t(texts.sampleGuest) }, { value: "member", label: t(texts.sampleMember) }]} />
      </div>
      <p className={styles.soft}>{menu.isError ? t(texts.noMenu) : t(texts.samplesHint, { branch: branch?.name ?? "" })}</p>
      {ready ? null : <Alert type="info" showIcon title={t(texts.sampleBad)} />}
      {ready && preview.isError ? <Alert type="warning" showIcon title={sentence(problemFrom(preview.error))} /> : null}
      {carts.map((cart, index) => (
        <Cart
          key={index}
          number={index + 1}
          cart={cart}
          price={ready ? preview.data?.[filled.indexOf(cart)] : undefined}
          busy={preview.isFetching}
          rule={rule}
          onChange={(next) => put(index, next)}
          {...(carts.length > 1 ? { onRemove: () => setMade(carts.filter((_, at) => at !== index)) } : {})}
        />
      ))}
      {menu.data && carts.length < MOST_CARTS ? (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => setMade([...carts, { lines: [] }])}>{t(texts.sampleNew)}</Button>
        </div>
      ) : null}
    </section>
  );
}

interface CartProps {
  number: number;
  cart: SampleCart;
  price: SamplePrice | undefined;
  busy: boolean;
  rule: Rule;
  onChange: (cart: SampleCart) => void;
  onRemove?: () => void;
}

function Cart({ number, cart, price, busy, rule, onChange, onRemove }: CartProps) {
  const t = useT();
  const { names } = useRuleWords();
  const { lines } = cart;
  const put = (index: number, line: SampleLine) => onChange({ lines: lines.map((one, at) => (at === index ? line : one)) });
  return (
    <div className={styles.cart} role="group" aria-label={t(texts.sampleCart, { number })}>
      <div className={styles.partHead}>
        <h4>{t(texts.sampleCart, { number })}</h4>
        {onRemove ? <Button className={styles.square ?? ""} type="text" icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { number })} onClick={onRemove} /> : null}
      </div>
      {lines.length === 0 ? <p className={styles.soft}>{t(texts.samplesNone)}</p> : null}
      {lines.map((line, index) => {
        const name = names.variant(line.variant_id);
        return (
          <Flex key={line.variant_id} gap={8} align="center" justify="space-between">
            <span className={styles.lineName}>{name}</span>
            <InputNumber<number> min={0} max={99} precision={0} style={{ width: 84 }} size="large" aria-label={t(texts.sampleCount, { name })} value={line.quantity} onChange={(quantity) => (quantity ? put(index, { ...line, quantity }) : onChange({ lines: lines.filter((_, at) => at !== index) }))} />
          </Flex>
        );
      })}
      <VariantSelect
        key={lines.length}
        label={t(texts.sampleAdd)}
        variantId=""
        onChange={(product_id, variant_id) => {
          const at = lines.findIndex((line) => line.variant_id === variant_id);
          const known = lines[at];
          if (known) put(at, { ...known, quantity: known.quantity + 1 });
          else onChange({ lines: [...lines, { product_id, variant_id, quantity: 1, option_ids: [] }] });
        }}
      />
      {lines.length === 0 ? null : price ? <Price price={price} rule={rule} /> : busy ? <Skeleton active title={false} paragraph={{ rows: 2 }} /> : null}
    </div>
  );
}

function Price({ price, rule }: { price: SamplePrice; rule: Rule }) {
  const t = useT();
  const { brand } = useScope();
  const currency = brand?.currency ?? "TWD";
  const words = { locale: t.locale, currency };
  const money = (amount: number) => formatMoney(amount, currency);
  const own = price.rejections.find(({ rule_id, name }) => (rule.rule_id ? rule_id === rule.rule_id : name === rule.name));
  return (
    <div className={styles.price} aria-live="polite">
      <dl className={styles.sums}>
        <dt>{t(texts.sampleList)}</dt>
        <dd>{money(price.list_total)}</dd>
        {price.adjustments.map((one, index) => (
          <div key={`${one.rule_id}-${String(index)}`} className={styles.adjustment}>
            <dt>
              {one.name}
              <small>{explanationSentence(one, words)}</small>
            </dt>
            <dd>{money(one.amount)}</dd>
          </div>
        ))}
        {price.before === price.after ? null : (
          <>
            <dt>{t(texts.sampleBefore)}</dt>
            <dd>{money(price.before)}</dd>
          </>
        )}
        <dt className={styles.sum}>{t(texts.sampleAfter)}</dt>
        <dd className={styles.sum}>{money(price.after)}</dd>
      </dl>
      {price.before === price.after ? <p className={styles.soft}>{own ? rejectionSentence(own, words) : t(texts.sampleNoChange)}</p> : null}
      {price.unknown_lines.length > 0 ? <p className={styles.soft}>{t(texts.sampleUnknown, { count: price.unknown_lines.length })}</p> : null}
    </div>
  );
}
