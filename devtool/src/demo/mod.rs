//! The demo chain, loaded through the platform's own doors.

use anyhow::Context as _;

use crate::{
    endpoints::{self, Endpoints},
    home::Home,
};

/// Loads the demo chain when there is none yet, and answers where everything is.
pub async fn load_once(home: &Home) -> anyhow::Result<Endpoints> {
    home.read::<Endpoints>(endpoints::FILE)?
        .context("the platform is not running")
}
