use axum::extract::{Path, State};
use chassis::error::CommonReason;
use proto::payments::v1 as pb;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        body::File,
        query::Params,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SettlementImportOptions {
    /// Name of the file.
    pub file_name: String,
    /// Day on which the provider paid out, `YYYY-MM-DD`.
    pub paid_on: String,
    /// What the columns are: a `SettlementMapping` as JSON. When left out, what they were in the account's
    /// last file, else what their names say.
    pub mapping: Option<String>,
    /// Only report how the file is read.
    #[serde(default)]
    pub dry_run: bool,
}

/// Columns by their names in the header.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Mapping {
    provider_reference: String,
    reference: String,
    amount: String,
    kind: String,
    fees: Vec<String>,
    net: String,
    date: String,
    currency: String,
}

/// Imports a provider's settlement file, CSV (UTF-8 or Big5), all of it or nothing.
///
/// A dry run writes nothing and reports what the columns are read as; with a bad row nothing is written and
/// every bad cell is listed. The same file again changes nothing. Refuses with `FILE_TOO_LARGE` and
/// `FILE_TYPE`.
#[utoipa::path(
    post, path = "/api/admin/payment-accounts/{account_id}/settlements", tag = "settlements",
    params(SettlementImportOptions), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ref("#/components/schemas/ImportSettlementResponse")))
)]
pub async fn import_settlement(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(account_id): Path<String>,
    Params(options): Params<SettlementImportOptions>,
    File(content): File,
) -> Result<WrittenJson> {
    let request = staff.request(pb::ImportSettlementRequest {
        account_id,
        content,
        file_name: options.file_name,
        paid_on: options.paid_on,
        mapping: options.mapping.as_deref().map(mapping).transpose()?,
        dry_run: options.dry_run,
    });
    let report = gateway.settlements().import_settlement(request).await?;
    transcoded::json(report.get_ref())
}

fn mapping(json: &str) -> Result<pb::SettlementMapping> {
    let mapping: Mapping = serde_json::from_str(json).map_err(|_| {
        Rejection::new(CommonReason::ValidationFailed)
            .message("the mapping is no JSON of a SettlementMapping")
            .field("mapping", CommonReason::ValidationFailed)
    })?;
    Ok(pb::SettlementMapping {
        provider_reference: mapping.provider_reference,
        reference: mapping.reference,
        amount: mapping.amount,
        kind: mapping.kind,
        fees: mapping.fees,
        net: mapping.net,
        date: mapping.date,
        currency: mapping.currency,
    })
}
