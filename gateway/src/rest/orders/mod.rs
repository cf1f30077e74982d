//! Orders as staff work on them.

mod event;
mod get;
mod list;
mod move_to_slot;
mod order;
mod slots;
mod transition;
mod undo;
mod unmask;

pub use event::OrderEvent;
pub use order::{CancelReason, Contact, Order, OrderAnswer, OrderState};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_orders))
        .routes(routes!(get::get_order))
        .routes(routes!(transition::transition_order))
        .routes(routes!(undo::undo_transition))
        .routes(routes!(unmask::unmask_contact))
        .routes(routes!(slots::find_order_slots))
        .routes(routes!(move_to_slot::move_order))
}
