//! A printer's address: who calls it, and which protocol it speaks there.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::Response,
};
use http::StatusCode;
use print_poll::{Mac, is_same_device};

use super::{answer::Refused, epson, star};
use crate::{
    app::{
        Dependencies,
        dispatch::{self, DeviceKey},
        polling::{self, Caller},
    },
    domain::device::{Channel, Device},
};

/// Longest secret that is looked up.
const LONGEST_SECRET: usize = 64;

pub(super) async fn post(
    State(deps): State<Dependencies>,
    Path(secret): Path<String>,
    body: Bytes,
) -> Result<Response, Refused> {
    let (key, channel, caller) = find(&deps, &secret).await?;
    match channel {
        Channel::StarCloudprnt => star::poll(&deps, key, caller, &body).await,
        Channel::EpsonSdp => epson::post(&deps, key, caller, &body).await,
        Channel::Agent | Channel::Xpyun | Channel::Feie => Err(Refused::Unknown),
    }
}

pub(super) async fn get(
    State(deps): State<Dependencies>,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    // Newer Star printers ask so in place of the secret; without settings they speak HTTP.
    if secret == print_poll::star::SETTINGS_FILE {
        return Err(Refused::Unknown);
    }
    let (key, caller) = star_printer(&deps, &secret).await?;
    star::get(&deps, key, caller, &query.unwrap_or_default()).await
}

pub(super) async fn delete(
    State(deps): State<Dependencies>,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Refused> {
    let (key, caller) = star_printer(&deps, &secret).await?;
    star::delete(&deps, key, caller, &query.unwrap_or_default()).await
}

async fn star_printer(deps: &Dependencies, secret: &str) -> Result<(DeviceKey, Caller), Refused> {
    match find(deps, secret).await? {
        (key, Channel::StarCloudprnt, caller) => Ok((key, caller)),
        _ => Err(Refused::Unknown),
    }
}

async fn find(deps: &Dependencies, secret: &str) -> Result<(DeviceKey, Channel, Caller), Refused> {
    if secret.len() > LONGEST_SECRET {
        return Err(Refused::Unknown);
    }
    let found = dispatch::find_device(deps, secret).await?;
    let (key, channel) = found.ok_or(Refused::Unknown)?;
    let caller = polling::caller(deps, key).await?;
    Ok((key, channel, caller.ok_or(Refused::Unknown)?))
}

/// Refuses a printer that gives another hardware address than the one that staff registered as 裝置序號, where that is
/// one. It learns no more than that there is nothing here.
pub(super) fn check_mac(device: &Device, given: Option<Mac>) -> Result<(), Refused> {
    if is_same_device(Mac::parse(&device.serial), given) {
        return Ok(());
    }
    tracing::warn!(device.id = %device.id, "another printer calls the address of this one");
    Err(Refused::Unknown)
}
