//! Values for tests.

use std::collections::BTreeMap;

use chassis::{
    business_day::BusinessDay,
    id::{
        AttemptId, BranchId, BrandId, GatewayAccountId, OrderId, PaymentId, PaymentMethodId,
        RefundId,
    },
    money::{Currency, Money},
    sales::{Channel, Method},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use payment_adapters::{Environment, Provider};
use uuid::Uuid;

use super::{
    account::Account,
    attempt::{Attempt, AttemptState},
    method::{PaymentKind, PaymentMethod},
    payment::{OrderFacts, Payment, PaymentState},
    refund::{Refund, RefundCause, RefundState},
    settlement::{Decided, Decision, FileRow, Row, RowKind, Verdict},
};

pub const BRAND: BrandId = BrandId::from_uuid(Uuid::from_u128(1));
pub const BRANCH: BranchId = BranchId::from_uuid(Uuid::from_u128(2));
const PAYMENT: PaymentId = PaymentId::from_uuid(Uuid::from_u128(3));

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_788_321_600, 0).unwrap()
}

/// A payment of which `required` has to be captured.
pub fn payment(required: i64) -> Payment {
    Payment {
        id: PAYMENT,
        order: OrderFacts {
            id: OrderId::from_uuid(Uuid::from_u128(4)),
            number: "7K2MX".to_owned(),
            brand: BRAND,
            branch: BRANCH,
            method: Method::Pickup,
            channel: Channel::Web,
            business_day: BusinessDay::on(NaiveDate::from_ymd_opt(2026, 9, 2).unwrap()),
            test: false,
            currency: Currency::TWD,
        },
        due: required,
        required,
        captured: 0,
        refund_reserved: 0,
        refunded: 0,
        returned: 0,
        state: PaymentState::Pending,
        version: 1,
        created_at: now(),
    }
}

/// The `number`th attempt, captured.
pub fn attempt(number: i16, captured: i64) -> Attempt {
    Attempt {
        id: AttemptId::from_uuid(Uuid::from_u128(100 + u128::from(number.unsigned_abs()))),
        payment: PAYMENT,
        number,
        reference: format!("7K2MXP{number:02}"),
        request_key: String::new(),
        request_hash: Vec::new(),
        method: PaymentMethodId::from_uuid(Uuid::from_u128(5)),
        method_name: "信用卡".to_owned(),
        kind: PaymentKind::Card,
        provider: Provider::Ecpay,
        provider_method: "Credit".to_owned(),
        account: GatewayAccountId::from_uuid(Uuid::from_u128(6)),
        credentials_number: 1,
        environment: Environment::Live,
        capture_at_once: true,
        amount: Money::new(captured, Currency::TWD),
        state: AttemptState::Captured,
        captured,
        refund_reserved: 0,
        refunded: 0,
        provider_reference: None,
        extra: BTreeMap::new(),
        instrument: BTreeMap::new(),
        code: String::new(),
        next_step: None,
        back_url: "https://shop.example/".to_owned(),
        created_at: now(),
        expires_at: now() + TimeDelta::minutes(15),
        paid_at: None,
        next_query_at: None,
    }
}

/// A refund.
pub fn refund(amount: i64, cause: RefundCause, state: RefundState) -> Refund {
    Refund {
        id: RefundId::from_uuid(Uuid::from_u128(7)),
        payment: PAYMENT,
        attempt: attempt(1, amount).id,
        reference: "7K2MXR2".to_owned(),
        amount,
        state,
        cause,
        request_key: String::new(),
        reason: String::new(),
        requested_by: None,
        requested_at: now(),
        calls: 0,
        provider_reference: None,
        text: String::new(),
        next_try_at: None,
        settled_at: None,
        settled_by: None,
        note: String::new(),
    }
}

/// A card method without limits.
pub fn method() -> PaymentMethod {
    PaymentMethod {
        id: PaymentMethodId::from_uuid(Uuid::from_u128(5)),
        brand: BRAND,
        kind: PaymentKind::Card,
        provider: Some(Provider::Ecpay),
        provider_method: "Credit".to_owned(),
        name: "信用卡".to_owned(),
        text: String::new(),
        enabled: true,
        branches: Vec::new(),
        methods: Vec::new(),
        channels: Vec::new(),
        min_amount: 0,
        max_amount: None,
        fee_basis_points: 0,
        fee_fixed: 0,
        deposit_percent: None,
    }
}

/// A live account of the brand.
pub fn account(id: u128) -> Account {
    Account {
        id: GatewayAccountId::from_uuid(Uuid::from_u128(id)),
        brand: BRAND,
        branch: None,
        provider: Provider::Ecpay,
        name: "綠界".to_owned(),
        environment: Environment::Live,
        capture_at_once: true,
        effective_at: now() - TimeDelta::days(2),
        archived: false,
        store_code: String::new(),
        settlement_days: 7,
        credentials_number: 1,
        verified_at: Some(now()),
        version: 1,
    }
}

/// A row of a settlement file that nothing is known of.
pub fn row(kind: RowKind, amount_e4: i64, fee_e4: i64) -> Row {
    Row {
        file: FileRow {
            line: 2,
            kind,
            provider_reference: String::new(),
            reference: String::new(),
            amount_e4,
            fee_e4,
            date: None,
        },
        verdict: Verdict {
            cause: None,
            difference_e4: 0,
            attempt: None,
            refund: None,
            booked: false,
        },
        decided: None,
        order: None,
    }
}

/// A decision of somebody.
pub fn decided(decision: Decision) -> Decided {
    Decided {
        decision,
        note: "查過了".to_owned(),
        by: "會計".to_owned(),
        at: now(),
    }
}
