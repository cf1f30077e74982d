import { useState } from "preact/hooks";
import { newIdempotencyKey, problemFrom, type Problem } from "@yizhimai/api";
import type { Address, Membership } from "../../api/membership";
import { elsewhere, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import { t, why } from "../../text";
import { common } from "../../text/common";
import { Field } from "./field";
import { Section } from "./section";
import { texts } from "./texts";
import { useLoaded } from "./use-loaded";

const MAX_ADDRESSES = 20;
const blank: Omit<Address, "address_id"> = { label: "", postal_code: "", city: "", district: "", street: "", note: "", preferred: false };
const rows = [
  { name: "label", autocomplete: "off", max: 20 },
  { name: "postal_code", autocomplete: "postal-code", max: 6 },
  { name: "city", autocomplete: "address-level1", max: 20 },
  { name: "district", autocomplete: "address-level2", max: 20 },
  { name: "street", autocomplete: "street-address", max: 100 },
  { name: "note", autocomplete: "off", max: 100 },
] as const;

interface AddressSheetProps {
  api: Membership;
  address?: Address;
  onClose: () => void;
  onSaved: () => void;
}

function AddressSheet({ api, address, onClose, onSaved }: AddressSheetProps) {
  const [key] = useState(newIdempotencyKey);
  const [typed, setTyped] = useState(address ?? blank);
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  async function run(change: () => Promise<unknown>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    try {
      await change();
      onSaved();
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }
  const save = () => {
    const { label, postal_code, city, district, street, note, preferred } = typed;
    const input = { label, postal_code, city, district, street, note, preferred };
    return address ? api.updateAddress(address.address_id, input) : api.createAddress(key, input);
  };
  const refusals = (problem ? refusalsOf(problem) : []).map((refusal) => ({ ...refusal, field: refusal.field.replace(/^address\./u, "") }));
  return (
    <Sheet
      title={t(address ? texts.addressEdit : texts.addressNew)} onClose={onClose}
      footer={
        <div class="sheet-actions">
          {address && (
            <button type="button" class="secondary" onClick={() => void run(() => api.deleteAddress(address.address_id))}>
              {t(texts.addressDelete)}
            </button>
          )}
          <button type="submit" form="address" class="primary" aria-disabled={isBusy}>
            {t(texts.save)}
          </button>
        </div>
      }
    >
      <form
        id="address" class="member-form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void run(save);
        }}
      >
        {elsewhere(refusals, rows.map(({ name }) => name)).map((refusal) => (
          <Notice key={refusal.reason} tone="bad">{why(refusal)}</Notice>
        ))}
        {rows.map(({ name, autocomplete, max }) => (
          <Field key={name} label={t(texts.addressFields[name])} refusals={under(refusals, name)}>
            {(attributes) => (
              <input
                {...attributes} type="text" autocomplete={autocomplete} maxLength={max} value={typed[name]}
                onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
              />
            )}
          </Field>
        ))}
        <label class="consent">
          <input type="checkbox" checked={typed.preferred} onChange={(event) => setTyped({ ...typed, preferred: event.currentTarget.checked })} />
          <span>{t(texts.addressPreferred)}</span>
        </label>
      </form>
    </Sheet>
  );
}

export function Addresses({ api }: { api: Membership }) {
  const addresses = useLoaded(api.addresses, [api]);
  const [edited, setEdited] = useState<Address | "new">();
  return (
    <>
      <Section title={t(texts.addresses)} of={addresses}>
        {({ addresses: list }) => (
          <>
            {list.length === 0 && <p class="soft">{t(texts.noAddresses)}</p>}
            <ul class="rows">
              {list.map((address) => (
                <li class="row" key={address.address_id}>
                  <span>
                    {address.label && <strong>{address.label} </strong>}
                    {`${address.postal_code} ${address.city}${address.district}${address.street}`.trim()}
                    {address.preferred && <span class="tag">{t(texts.addressFirst)}</span>}
                  </span>
                  <button type="button" class="text-button" aria-label={t(common.cartEdit, { name: address.label || address.street })} onClick={() => setEdited(address)}>
                    {t(texts.edit)}
                  </button>
                </li>
              ))}
            </ul>
            {list.length < MAX_ADDRESSES ? (
              <button type="button" class="secondary" onClick={() => setEdited("new")}>
                {t(texts.addressNew)}
              </button>
            ) : (
              <p class="soft">{t(texts.addressMost, { max: MAX_ADDRESSES })}</p>
            )}
          </>
        )}
      </Section>
      {edited && (
        <AddressSheet
          api={api} address={edited === "new" ? undefined : edited} onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            addresses.load();
          }}
        />
      )}
    </>
  );
}
