//! An order as slips know it: plain values in words, nothing that has to be looked up.

use chrono::{DateTime, FixedOffset};

/// An instant in the branch's zone.
pub type Time = DateTime<FixedOffset>;

/// An order. Amounts are whole units of its currency; personal data is masked already.
#[derive(Clone, Debug, PartialEq)]
pub struct SlipOrder {
    /// Brand.
    pub brand: String,
    /// Branch.
    pub branch: String,
    /// 訂單編號.
    pub order_number: String,
    /// 取件號碼.
    pub pickup_number: String,
    /// Counts its editions, from 1.
    pub revision: u32,
    /// A test order: every slip says so.
    pub test: bool,
    /// 取件方式.
    pub method: SlipMethod,
    /// Named way of the method; empty for the plain one.
    pub method_name: String,
    /// Table; empty for none.
    pub table: String,
    /// Channel, such as Uber Eats; empty for the shop's own.
    pub channel: String,
    /// When it was placed; none while nobody has.
    pub placed_at: Option<Time>,
    /// When it is wanted; none for 盡快.
    pub wanted_at: Option<Time>,
    /// Lines in force, in the cart's order.
    pub lines: Vec<SlipLine>,
    /// What each rule took off, below 0.
    pub discounts: Vec<SlipAmount>,
    /// Fees.
    pub fees: Vec<SlipAmount>,
    /// Goods at list price.
    pub list_total: i64,
    /// What is to be paid.
    pub total: i64,
    /// What was paid.
    pub paid: i64,
    /// Who takes the money.
    pub payment_way: PaymentWay,
    /// How far that is.
    pub payment_state: PaymentState,
    /// Customer, masked; empty for none.
    pub customer: String,
    /// 備註.
    pub remark: String,
    /// Whether 餐具 are wanted.
    pub utensils: bool,
    /// What becomes of the invoice, in words; empty for nothing to say.
    pub invoice: String,
    /// Address of the order's page; empty for none.
    pub url: String,
}

impl Default for SlipOrder {
    fn default() -> Self {
        Self {
            brand: String::new(),
            branch: String::new(),
            order_number: String::new(),
            pickup_number: String::new(),
            revision: 1,
            test: false,
            method: SlipMethod::Pickup,
            method_name: String::new(),
            table: String::new(),
            channel: String::new(),
            placed_at: None,
            wanted_at: None,
            lines: Vec::new(),
            discounts: Vec::new(),
            fees: Vec::new(),
            list_total: 0,
            total: 0,
            paid: 0,
            payment_way: PaymentWay::OnSite,
            payment_state: PaymentState::Unpaid,
            customer: String::new(),
            remark: String::new(),
            utensils: false,
            invoice: String::new(),
            url: String::new(),
        }
    }
}

/// A line of an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlipLine {
    /// The line; it keeps its id through revisions.
    pub id: String,
    /// Product.
    pub product: String,
    /// Variant; empty where there is one only.
    pub variant: String,
    /// Units.
    pub quantity: u32,
    /// Amount at list price.
    pub list: i64,
    /// A gift.
    pub gift: bool,
    /// Options.
    pub options: Vec<SlipOption>,
    /// What was chosen for a combo.
    pub choices: Vec<SlipChoice>,
    /// Note to the kitchen.
    pub note: String,
    /// Who of a group it is for; empty for none.
    pub nickname: String,
    /// Station; empty for none.
    pub station: String,
}

/// A chosen option.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlipOption {
    /// What it is called.
    pub name: String,
    /// How many a unit.
    pub quantity: u32,
    /// What it adds to one unit.
    pub amount: i64,
}

/// A product chosen for a part of a combo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlipChoice {
    /// Part, such as 主餐; may be empty.
    pub part: String,
    /// Product and variant.
    pub name: String,
    /// How many a unit.
    pub quantity: u32,
}

/// A named amount.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlipAmount {
    /// What it is called.
    pub name: String,
    /// Amount.
    pub amount: i64,
}

/// How the customer gets it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SlipMethod {
    /// 自取.
    Pickup,
    /// 外送.
    Delivery,
    /// 現場.
    OnSite,
}

/// Who takes the money.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaymentWay {
    /// 到店付款.
    OnSite,
    /// 線上付款.
    Online,
    /// 平台代收.
    Platform,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaymentState {
    /// 未付款.
    Unpaid,
    /// 已授權.
    Authorized,
    /// 已付款.
    Paid,
    /// 部分退款.
    PartlyRefunded,
    /// 已退款.
    Refunded,
    /// 失敗.
    Failed,
}

impl SlipOrder {
    /// Units of all its lines.
    pub fn units(&self) -> u32 {
        self.lines
            .iter()
            .fold(0, |units, line| units.saturating_add(line.quantity))
    }

    /// How the customer gets it, in words.
    pub(crate) fn way(&self) -> String {
        let method = match self.method {
            SlipMethod::Pickup => "自取",
            SlipMethod::Delivery => "外送",
            SlipMethod::OnSite => "現場",
        };
        let table = match self.table.as_str() {
            "" => String::new(),
            table => format!("桌 {table}"),
        };
        joined(&[method, &self.method_name, &table], " · ")
    }

    /// When it is wanted: 盡快, a time, or a day and a time where it is another than that of placing.
    pub(crate) fn wanted(&self) -> String {
        let Some(wanted) = self.wanted_at else {
            return "盡快".into();
        };
        let today = self.placed_at.map(|placed| placed.date_naive());
        if today.is_none_or(|today| today == wanted.date_naive()) {
            hours(wanted)
        } else {
            wanted.format("%m-%d %H:%M").to_string()
        }
    }

    /// Who takes the money and how far that is, in words.
    pub(crate) fn payment(&self) -> String {
        let way = match self.payment_way {
            PaymentWay::OnSite => "到店付款",
            PaymentWay::Online => "線上付款",
            PaymentWay::Platform => "平台代收",
        };
        let state = match self.payment_state {
            PaymentState::Unpaid => "未付款",
            PaymentState::Authorized => "已授權",
            PaymentState::Paid => "已付款",
            PaymentState::PartlyRefunded => "部分退款",
            PaymentState::Refunded => "已退款",
            PaymentState::Failed => "付款失敗",
        };
        format!("{way} · {state}")
    }

    /// What is still to be paid at the counter.
    pub(crate) fn due(&self) -> i64 {
        match self.payment_state {
            PaymentState::Unpaid | PaymentState::Authorized | PaymentState::Failed
                if self.payment_way != PaymentWay::Platform =>
            {
                self.total.saturating_sub(self.paid).max(0)
            }
            PaymentState::Paid => self.total.saturating_sub(self.paid).max(0),
            _ => 0,
        }
    }
}

impl SlipLine {
    /// Product and variant.
    pub(crate) fn name(&self) -> String {
        let gift = if self.gift { "（贈）" } else { "" };
        format!("{}{gift}", joined(&[&self.product, &self.variant], " "))
    }

    /// Options in the customer's words.
    pub(crate) fn options(&self, amounts: bool) -> String {
        let options = self.options.iter().map(|option| {
            let times = match option.quantity {
                0 | 1 => String::new(),
                times => format!("×{times}"),
            };
            let amount = if amounts && option.amount != 0 {
                format!("({})", signed(option.amount))
            } else {
                String::new()
            };
            format!("{}{times}{amount}", option.name)
        });
        options.collect::<Vec<_>>().join("、")
    }

    /// What a combo consists of, a text a part.
    pub(crate) fn choices(&self) -> Vec<String> {
        let choices = self.choices.iter().map(|choice| {
            let part = match choice.part.as_str() {
                "" => String::new(),
                part => format!("{part}："),
            };
            let times = match choice.quantity {
                0 | 1 => String::new(),
                times => format!(" ×{times}"),
            };
            format!("{part}{}{times}", choice.name)
        });
        choices.collect()
    }
}

/// The parts that say something, with something between.
pub(crate) fn joined(parts: &[&str], between: &str) -> String {
    let said: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(between)
}

/// An amount with its thousands.
pub(crate) fn amount(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut out = String::new();
    if amount < 0 {
        out.push('-');
    }
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn signed(value: i64) -> String {
    let sign = if value > 0 { "+" } else { "" };
    format!("{sign}{}", amount(value))
}

/// A time of the day.
pub(crate) fn hours(time: Time) -> String {
    time.format("%H:%M").to_string()
}

/// A day and a time.
pub(crate) fn moment(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_thousands() {
        let shown = [0, 7, 999, 1_000, -1_234_567, i64::MIN].map(amount);
        assert_eq!(
            shown,
            [
                "0",
                "7",
                "999",
                "1,000",
                "-1,234,567",
                "-9,223,372,036,854,775,808"
            ]
        );
    }

    #[test]
    fn the_day_is_said_where_it_is_another() {
        let at = |text: &str| Some(DateTime::parse_from_rfc3339(text).expect("a time"));
        let mut order = SlipOrder {
            placed_at: at("2026-06-12T23:50:00+08:00"),
            ..SlipOrder::default()
        };
        assert_eq!(order.wanted(), "盡快");
        order.wanted_at = at("2026-06-12T23:55:00+08:00");
        assert_eq!(order.wanted(), "23:55");
        order.wanted_at = at("2026-06-13T00:05:00+08:00");
        assert_eq!(order.wanted(), "06-13 00:05");
    }

    #[test]
    fn what_is_due_is_what_nobody_took() {
        let mut order = SlipOrder {
            total: 320,
            ..SlipOrder::default()
        };
        assert_eq!(order.due(), 320);
        (order.payment_way, order.paid) = (PaymentWay::Online, 100);
        order.payment_state = PaymentState::Paid;
        assert_eq!(order.due(), 220, "a deposit");
        order.paid = 320;
        assert_eq!(order.due(), 0);
        (order.payment_way, order.payment_state) = (PaymentWay::Platform, PaymentState::Unpaid);
        order.paid = 0;
        assert_eq!(order.due(), 0, "the platform takes it");
    }
}
