import { formatMoney } from "@yizhimai/kit";
import type { PayMethod } from "../api/payment";
import { isDeposit } from "../domain/payment";
import { t } from "../text";
import { texts } from "./pay-method-texts";

interface PayMethodRowsProps {
  methods: readonly PayMethod[];
  chosen: PayMethod | undefined;
  total: number;
  currency: string;
  onChoose: (method: PayMethod) => void;
}

/** Payment methods as radio rows. */
export function PayMethodRows({ methods, chosen, total, currency, onChoose }: PayMethodRowsProps) {
  return (
    <div class="pay-methods">
      {methods.map((method) => (
        <label class="chip" key={method.method_id}>
          <input type="radio" name="payment" checked={method.method_id === chosen?.method_id} onChange={() => onChoose(method)} />
          <span class="chip-face pay-method">
            <span class="pay-method-text">
              <span>{method.name}</span>
              {method.text && <span class="soft">{method.text}</span>}
            </span>
            {isDeposit(method, total) && <span class="chip-price">{t(texts.deposit, { amount: formatMoney(method.pay_now, currency) })}</span>}
            {method.test && <span class="tag tag-warn">{t(texts.test)}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
