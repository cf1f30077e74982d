//! Making a PaymentIntent, and confirming it with what Stripe's fields made of the card when the page
//! does not confirm it itself.

use serde_json::json;

use super::{
    intent::{Intent, REFERENCE_FIELD},
    money::to_units,
    request::post,
    transition::report,
};
use crate::{
    Attempt, CallError, Context, NextStep, Started, State,
    calls::{cut_chars, is_token, page, theirs},
    codes::{invalid, unreadable},
};

pub(super) async fn start(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let ours = &attempt.reference.ours;
    let intent: Intent = match &attempt.reference.theirs {
        Some(_) => {
            let path = format!(
                "/v1/payment_intents/{}/confirm",
                theirs(&attempt.reference)?
            );
            let form = confirmation(attempt)?;
            post(context, &path, &form, &format!("{ours}-confirm")).await?
        }
        None => {
            let form = creation(attempt)?;
            post(
                context,
                "/v1/payment_intents",
                &form,
                &format!("{ours}-start"),
            )
            .await?
        }
    };
    let report = report(&intent, &attempt.reference)?;
    let next = match (report.state, intent.redirect()) {
        (State::Pending, Some(url)) => NextStep::Redirect {
            url: page(url)?,
            app: None,
        },
        (State::Pending, None) if attempt.token.is_none() => fields(context, attempt, &intent)?,
        _ => NextStep::Nothing,
    };
    Ok(Started { next, report })
}

fn fields(context: Context<'_>, attempt: &Attempt, intent: &Intent) -> Result<NextStep, CallError> {
    let client_secret = intent
        .client_secret
        .as_deref()
        .ok_or_else(|| unreadable("the client secret is missing"))?;
    let script = context
        .endpoints
        .extra
        .join("/v3/")
        .map_err(|_| invalid("the script's address cannot be built"))?;
    Ok(NextStep::Fields {
        script,
        settings: json!({
            "publishable_key": context.credentials.get("publishable_key"),
            "client_secret": client_secret,
            "return_url": attempt.urls.result.as_str(),
        }),
    })
}

pub(super) fn creation(attempt: &Attempt) -> Result<Vec<(&'static str, String)>, CallError> {
    let units = to_units(attempt.amount).ok_or_else(|| invalid("the amount is not above zero"))?;
    let currency = attempt.amount.currency().as_str().to_ascii_lowercase();
    let capture = if attempt.capture_at_once {
        "automatic"
    } else {
        "manual"
    };
    let mut form = vec![
        ("amount", units.to_string()),
        ("currency", currency),
        ("capture_method", capture.to_owned()),
        (REFERENCE_FIELD, attempt.reference.ours.clone()),
    ];
    if !attempt.branch_name.is_empty() {
        form.push(("description", cut_chars(&attempt.branch_name, 100)));
    }
    if attempt.method.is_empty() {
        form.push(("automatic_payment_methods[enabled]", "true".to_owned()));
    } else {
        form.push(("payment_method_types[]", attempt.method.clone()));
    }
    if attempt.token.is_some() {
        form.push(("confirm", "true".to_owned()));
        form.extend(confirmation(attempt)?);
    }
    Ok(form)
}

fn confirmation(attempt: &Attempt) -> Result<Vec<(&'static str, String)>, CallError> {
    let token = attempt
        .token
        .as_ref()
        .map(chassis::secret::Secret::reveal)
        .filter(|token| is_token(token, 255))
        .ok_or_else(|| invalid("the payment method has another form"))?;
    let name = if token.starts_with("ctoken_") {
        "confirmation_token"
    } else {
        "payment_method"
    };
    Ok(vec![
        (name, token.clone()),
        ("return_url", attempt.urls.result.to_string()),
    ])
}
