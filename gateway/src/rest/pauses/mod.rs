//! 暫停銷售 of a branch: what lasts, what was, and what a pause would touch.

mod create;
mod known_target;
mod list;
mod pause;
mod preview;
mod resume;

pub use pause::{
    Pause, PauseChannel, PauseEnd, PauseEndKind, PauseEnding, PauseReason, PauseScope, PauseTarget,
    PauseTargetKind, PublicPause,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_pauses, create::create_pause))
        .routes(routes!(preview::preview_pause))
        .routes(routes!(resume::resume_pause))
}
