//! Data of the events that live screens receive.

use serde::Serialize;
use utoipa::ToSchema;

use super::order_state::OrderState;

/// Data of `event: order`: an order is new or moved on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderChanged {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// State after.
    pub state: OrderState,
    /// Version after.
    pub version: i64,
}

/// Data of `event: availability`: what the branch can sell changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AvailabilityChanged {
    /// Stock-keeping units whose availability changed; empty when hours or slots did.
    pub sku_ids: Vec<String>,
}

/// Data of `event: print_job`: a print job waits, or came to an end.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PrintJobChanged {
    /// The job.
    #[schema(format = Uuid)]
    pub job_id: String,
    /// Its order; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub order_id: Option<String>,
    /// State after, in the words of the print jobs.
    pub state: String,
}

/// Data of `event: print_device`: a printer was paired, changed its state or was archived.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PrintDeviceChanged {
    /// The printer.
    #[schema(format = Uuid)]
    pub device_id: String,
    /// State after, in the words of the printers.
    pub state: String,
}

/// Data of `event: branches`: something of the brand's page changed, such as when a branch is open.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BranchesChanged {}

/// Data of `event: menu`: the branch has a new menu.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MenuChanged {
    /// Number of the version in the branch.
    pub menu_number: i64,
}
