//! Adding a printer to an account and taking it out. What failed is told in sentences, which are shown
//! and never judged by: whether a printer is the account's is asked instead.

use serde::Deserialize;

use super::{Feie, request};
use crate::{CallError, Context, NewPrinter, PushCloud as _, codes::excerpt};

/// What came of each printer, a line each.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    ok: Option<Vec<String>>,
    no: Option<Vec<String>>,
}

pub(super) async fn add(context: Context<'_>, printer: &NewPrinter<'_>) -> Result<(), CallError> {
    let Some(key) = printer.key else {
        return Err(CallError::invalid("the key under the printer is missing"));
    };
    // `#` and line breaks divide the fields and the printers of this call.
    let name: String = printer
        .name
        .chars()
        .filter(|character| *character != '#' && !character.is_control())
        .collect();
    if [printer.serial, key].iter().any(|part| {
        part.is_empty() || part.contains('#') || part.chars().any(|c| c.is_control() || c == ' ')
    }) {
        return Err(CallError::invalid("the serial or the key is not one"));
    }
    let content = format!("{}#{key}#{name}", printer.serial);
    let fields = [("printerContent", content.as_str())];
    let said = batch(context, "Open_printerAddlist", &fields).await?;
    match said {
        None => Ok(()),
        Some(text) => match Feie.printer_state(context, printer.serial).await {
            Ok(_) => Ok(()),
            Err(CallError::Unreachable(why)) => Err(CallError::Unreachable(why)),
            Err(_) => Err(CallError::UnknownPrinter {
                code: "no".to_owned(),
                text,
            }),
        },
    }
}

pub(super) async fn remove(context: Context<'_>, serial: &str) -> Result<(), CallError> {
    let said = batch(context, "Open_printerDelList", &[("snlist", serial)]).await?;
    match said {
        None => Ok(()),
        Some(text) => match Feie.printer_state(context, serial).await {
            // What it says of a printer that is not the account's.
            Err(CallError::Rejected { .. }) => Ok(()),
            Ok(_) => Err(CallError::NotTaken {
                code: "no".to_owned(),
                text,
            }),
            Err(error) => Err(error),
        },
    }
}

/// Why the one printer of a call failed; none when it did not.
async fn batch(
    context: Context<'_>,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<Option<String>, CallError> {
    let otherwise = "what came of the printer is not said";
    let batch: Batch = request::post(context, name, fields)
        .await?
        .data(otherwise)?;
    let first = |lines: Option<Vec<String>>| lines.unwrap_or_default().into_iter().next();
    match (first(batch.no), first(batch.ok)) {
        (Some(failed), _) => Ok(Some(excerpt(&failed))),
        (None, Some(_)) => Ok(None),
        (None, None) => Err(CallError::unreadable(otherwise)),
    }
}
