//! Between the messages of accounts and methods and the domain, both ways.

use chassis::{
    error::{CommonReason, Violations},
    id::{BrandId, PaymentMethodId},
    request, text, time,
};
use payment_adapters::{Adapter, Environment, Field, Provider};
use proto::payments::v1 as wire;

use super::request::amount;
use crate::{
    app::accounts::ShownAccount,
    domain::method::{PaymentKind, PaymentMethod},
    wire::{parse_provider, provider},
};

const MOST_BRANCHES: usize = 2_000;
const LARGEST_AMOUNT: i64 = 9_999_999;

/// An account on the wire.
pub fn account(shown: &ShownAccount, callback_url: &str) -> wire::GatewayAccount {
    let ShownAccount {
        account,
        credentials,
    } = shown;
    let mode = match account.environment {
        Environment::Test => wire::GatewayMode::Test,
        Environment::Live => wire::GatewayMode::Live,
    };
    let capture = if account.capture_at_once {
        wire::CaptureMode::AtOnce
    } else {
        wire::CaptureMode::Later
    };
    let hints = credentials.hints.iter().map(|hint| wire::CredentialHint {
        name: hint.name.clone(),
        shown: hint.shown.clone(),
        secret: hint.secret,
    });
    wire::GatewayAccount {
        account_id: account.id.to_string(),
        brand_id: account.brand.to_string(),
        branch_id: account.branch.map(|branch| branch.to_string()),
        provider: provider(account.provider),
        name: account.name.clone(),
        mode: mode.into(),
        capture: capture.into(),
        effective_at: Some(time::to_wire(account.effective_at)),
        archived: account.archived,
        store_code: account.store_code.clone(),
        settlement_days: account.settlement_days.into(),
        credentials: hints.collect(),
        credentials_number: account.credentials_number,
        credentials_at: Some(time::to_wire(credentials.created_at)),
        verified_at: account.verified_at.map(time::to_wire),
        callback_url: callback_url.to_owned(),
        version: account.version,
    }
}

/// What a provider can do.
pub fn provider_info(of: Provider, adapter: &dyn Adapter) -> wire::ProviderInfo {
    let capabilities = adapter.capabilities();
    let days = capabilities.refund_window.map(|window| window.num_days());
    let methods = capabilities.methods.iter().map(|&method| method.to_owned());
    wire::ProviderInfo {
        provider: provider(of),
        fields: adapter.fields().iter().map(field).collect(),
        methods: methods.collect(),
        separate_capture: capabilities.separate_capture,
        partial_refund: capabilities.partial_refund,
        refund_days: days.map(|days| i32::try_from(days).unwrap_or(i32::MAX)),
        fields_in_page: capabilities.fields_in_page,
    }
}

fn field(field: &Field) -> wire::CredentialField {
    let length = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
    wire::CredentialField {
        name: field.name.to_owned(),
        secret: field.secret,
        optional: field.optional,
        min_length: length(field.length.0),
        max_length: length(field.length.1),
    }
}

/// A method on the wire.
pub fn method(method: &PaymentMethod) -> wire::BrandPaymentMethod {
    wire::BrandPaymentMethod {
        method_id: method.id.to_string(),
        kind: method.kind.to_wire(),
        provider: method.provider.map(provider),
        provider_method: method.provider_method.clone(),
        name: method.name.clone(),
        text: method.text.clone(),
        enabled: method.enabled,
        branch_ids: method.branches.iter().map(ToString::to_string).collect(),
        methods: method.methods.iter().map(|found| found.to_wire()).collect(),
        channels: method
            .channels
            .iter()
            .map(|found| found.to_wire())
            .collect(),
        min_amount: method.min_amount,
        max_amount: method.max_amount,
        fee_basis_points: method.fee_basis_points.into(),
        fee_fixed: method.fee_fixed,
        deposit_percent: method.deposit_percent.map(Into::into),
    }
}

/// Parses a method; every wrong field is named.
pub fn parse_method(
    given: &wire::BrandPaymentMethod,
    id: PaymentMethodId,
    brand: BrandId,
    violations: &mut Violations,
) -> Option<PaymentMethod> {
    let kind: Option<PaymentKind> = request::choice("method.kind", given.kind, violations);
    let provider = given.provider.filter(|number| *number != 0);
    let is_known = provider.is_none_or(|number| parse_provider(number).is_some());
    let provider = provider.and_then(parse_provider);
    let fits = kind.is_none_or(|kind| kind.is_online() == provider.is_some());
    if !is_known || !fits {
        violations.push("method.provider", CommonReason::ValidationFailed);
    }
    let provider_method = text::bounded(
        "method.provider_method",
        &given.provider_method,
        0..=40,
        violations,
    );
    let name = text::bounded("method.name", &given.name, 1..=30, violations);
    let text = text::bounded("method.text", &given.text, 0..=200, violations);
    let branches = request::ids(
        "method.branch_ids",
        &given.branch_ids,
        MOST_BRANCHES,
        violations,
    );
    let methods = choices("method.methods", &given.methods, violations);
    let channels = choices("method.channels", &given.channels, violations);
    let min_amount = amount("method.min_amount", given.min_amount, 0, violations);
    let max_amount = given.max_amount;
    if let Some(max) = max_amount
        && !(min_amount..=LARGEST_AMOUNT).contains(&max)
    {
        let params = [("min", min_amount), ("max", LARGEST_AMOUNT)];
        violations.push_with("method.max_amount", CommonReason::AmountOutOfRange, params);
    }
    let range = CommonReason::SettingRange;
    let fee = given.fee_basis_points;
    let fee = request::in_range(
        "method.fee_basis_points",
        fee,
        0..=10_000,
        range,
        violations,
    );
    let fee_fixed = amount("method.fee_fixed", given.fee_fixed, 0, violations);
    let deposit = given.deposit_percent.map(|percent| {
        request::in_range("method.deposit_percent", percent, 1..=99, range, violations)
    });
    if deposit.is_some() && provider.is_none() {
        violations.push("method.deposit_percent", CommonReason::ValidationFailed);
    }
    Some(PaymentMethod {
        id,
        brand,
        kind: kind?,
        provider,
        provider_method,
        name,
        text,
        enabled: given.enabled,
        branches,
        methods,
        channels,
        min_amount,
        max_amount,
        fee_basis_points: i16::try_from(fee).ok()?,
        fee_fixed,
        deposit_percent: deposit.map(i16::try_from).transpose().ok()?,
    })
}

fn choices<E: chassis::text_enum::WireEnum>(
    field: &str,
    numbers: &[i32],
    violations: &mut Violations,
) -> Vec<E> {
    if numbers.len() > 10 {
        violations.push_with(field, CommonReason::ValidationFailed, [("max", 10)]);
    }
    let numbered = numbers.iter().take(10).enumerate();
    let read = numbered.filter_map(|(index, number)| {
        request::choice(&format!("{field}[{index}]"), *number, violations)
    });
    read.collect()
}
