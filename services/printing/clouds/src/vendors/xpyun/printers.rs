//! Adding a printer to an account and taking it out: calls for many, made for one.

use serde::{Deserialize, Serialize};

use super::{
    Xpyun,
    codes::{ADDED_BEFORE, CODES, NOT_REGISTERED},
    request,
};
use crate::{CallError, Context, NewPrinter, PushCloud as _, codes};

#[derive(Serialize)]
struct Added<'a> {
    items: [Item<'a>; 1],
}

#[derive(Serialize)]
struct Item<'a> {
    sn: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Removed<'a> {
    snlist: [&'a str; 1],
}

/// What came of each printer. Each failure is `serial:code`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Batch {
    success: Option<Vec<String>>,
    fail_msg: Option<Vec<String>>,
}

impl Batch {
    fn has(&self, serial: &str) -> bool {
        let success = self.success.iter().flatten();
        success.into_iter().any(|done| done == serial)
    }

    /// The code of what failed.
    fn code(&self, serial: &str) -> Option<i64> {
        let failures = self.fail_msg.iter().flatten();
        failures
            .into_iter()
            .filter_map(|failure| failure.split_once(':'))
            .find(|(failed, _)| *failed == serial)
            .and_then(|(_, code)| code.trim().parse().ok())
    }
}

pub(super) async fn add(context: Context<'_>, printer: &NewPrinter<'_>) -> Result<(), CallError> {
    let serial = printer.serial;
    let added = Added {
        items: [Item {
            sn: serial,
            name: printer.name,
        }],
    };
    match batch(context, "addPrinters", &added, serial).await? {
        None => Ok(()),
        // It may be ours from before; another account's cannot be asked about.
        Some(ADDED_BEFORE) => match Xpyun.printer_state(context, serial).await {
            Ok(_) => Ok(()),
            Err(CallError::UnknownPrinter { .. }) => Err(codes::error(CODES, ADDED_BEFORE, "")),
            Err(error) => Err(error),
        },
        Some(code) => Err(codes::error(CODES, code, "")),
    }
}

pub(super) async fn remove(context: Context<'_>, serial: &str) -> Result<(), CallError> {
    let removed = Removed { snlist: [serial] };
    match batch(context, "delPrinters", &removed, serial).await? {
        None | Some(NOT_REGISTERED) => Ok(()),
        Some(code) => Err(codes::error(CODES, code, "")),
    }
}

/// The code that the one printer of a call failed with; none when it did not.
async fn batch(
    context: Context<'_>,
    method: &str,
    call: &impl Serialize,
    serial: &str,
) -> Result<Option<i64>, CallError> {
    let reply = request::call(context, method, call).await?;
    if matches!(reply.code, ADDED_BEFORE | NOT_REGISTERED) {
        return Ok(Some(reply.code));
    }
    let batch: Batch = reply
        .accepted()?
        .data::<Option<Batch>>("what came of the printer is not said")?
        .unwrap_or_default();
    match batch.code(serial) {
        Some(code) => Ok(Some(code)),
        None if batch.has(serial) => Ok(None),
        None => Err(CallError::unreadable(
            "what came of the printer is not said",
        )),
    }
}
