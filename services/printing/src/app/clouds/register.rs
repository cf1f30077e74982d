//! Adds devices to their organisation's account at the cloud, and takes removed ones out of it.

use chassis::error::Problem;
use chrono::{DateTime, Utc};
use print_clouds::NewPrinter;

use super::{Failure, served::Served};
use crate::{
    domain::cloud::{self, MOST_REMOVALS},
    store,
};

/// Adds the device to the account, where it is not in it.
pub(super) async fn add(served: &mut Served<'_>) -> Result<(), Failure> {
    let call = served.call()?;
    let user = call.context().account.user();
    if served.link.added_to == user {
        return Ok(());
    }
    let printer = NewPrinter {
        serial: served.serial(),
        key: served.vendor_key.as_ref().map(|key| key.reveal().as_str()),
        name: &served.device.name,
    };
    let added = call.cloud.add_printer(call.context(), &printer).await;
    added.map_err(Failure::Cloud)?;
    user.clone_into(&mut served.link.added_to);
    // It is asked at once how it is.
    served.link.state_due_at = served.deps.clock.now();
    Ok(served.store().await?)
}

/// Takes a removed device out of the account. Another one with its serial may be there again, which keeps it.
pub(super) async fn let_go(served: &mut Served<'_>) -> Result<Option<DateTime<Utc>>, Problem> {
    let now = served.deps.clock.now();
    if served.link.state_due_at > now && served.link.failures > 0 {
        return Ok(Some(served.link.state_due_at));
    }
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    let is_back = store::devices::is_serial_in_use(&mut tx, served.serial()).await?;
    tx.commit().await?;
    let added_to = served.link.added_to.clone();
    let is_ours = !added_to.is_empty() && !is_back;
    if let (true, Ok(call)) = (is_ours, served.call())
        && call.context().account.user() == added_to
    {
        let removed = call
            .cloud
            .remove_printer(call.context(), served.serial())
            .await;
        if let Err(error) = removed {
            served.link.fail(cloud::problem(&error), now);
            served.link.added_to = added_to;
            let gives_up = served.link.failures >= MOST_REMOVALS;
            tracing::warn!(device.id = %served.key.device, cloud = %served.vendor, %error, gives_up, "a cloud keeps a removed device");
            if !gives_up {
                served.store().await?;
                return Ok(Some(served.link.state_due_at));
            }
        }
    }
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    store::cloud_devices::delete(&mut tx, served.key.device).await?;
    tx.commit().await?;
    Ok(None)
}
