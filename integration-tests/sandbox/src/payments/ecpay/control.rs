//! ECPay's own control words.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::put,
};
use serde::Deserialize;

use super::trade::{self, CardState};
use crate::{act::Refused, sandbox::Sandbox};

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/trades/{reference}/card", put(set_card))
}

#[derive(Deserialize)]
struct Card {
    state: CardState,
}

/// Puts a card payment into a state of its life cycle.
async fn set_card(
    State(sandbox): State<Arc<Sandbox>>,
    Path(reference): Path<String>,
    Json(body): Json<Card>,
) -> Result<(), Refused> {
    sandbox.state.change(|tx| {
        let mut trade = trade::by_reference(tx, &reference)
            .ok_or_else(|| Refused::new(format!("no trade {reference:?}")))?;
        let (Some(card), Some(charge)) = (&mut trade.details.card, &mut trade.charge) else {
            return Err(Refused::new("not paid by card"));
        };
        card.state = body.state;
        charge.captured = body.state == CardState::Closed;
        charge.voided = body.state == CardState::Cancelled;
        trade.save(tx);
        Ok(())
    })
}
