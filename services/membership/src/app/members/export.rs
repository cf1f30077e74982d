//! Export of members as CSV, part by part; the first line says who exported it and when.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{MemberExportId, MemberId, OrganisationId},
    outbox::{self, Event},
    text,
};
use chrono::{SecondsFormat, TimeDelta};
use proto::membership::v1::{MembersExported, MembershipReason};

use super::list::{self, Row};
use crate::{
    app::{Dependencies, tiers::named},
    domain::member::{mask_email, mask_line_user},
    store::{
        self,
        exports::Export,
        member_list::{Cursor, Filter, Sort},
    },
};

/// Most members of an export.
const MOST: i64 = 100_000;
/// Members of a part.
const PART: i64 = 2_000;
const READ_WITHIN: TimeDelta = TimeDelta::hours(1);
const COLUMNS: [&str; 17] = [
    "member_id",
    "state",
    "name",
    "phone",
    "line_user",
    "email",
    "birthday",
    "gender",
    "joined_at",
    "source",
    "source_branch_id",
    "orders",
    "last_order_at",
    "spent",
    "points",
    "tier_id",
    "marketing",
];

/// Begins an export. Refuses with `EXPORT_TOO_LARGE`.
pub async fn start(
    deps: &Dependencies,
    org: OrganisationId,
    identity: &Identity,
    mut filter: Filter,
    unmasked: bool,
) -> Result<Export, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    filter.base_programmes = named::base_programmes(&mut tx, &filter.tiers).await?;
    let rows = store::member_list::count(&mut tx, &filter, MOST + 1).await?;
    if rows > MOST {
        return Err(Problem::new(MembershipReason::ExportTooLarge)
            .message("too many members for one export")
            .param("max", MOST));
    }
    let now = deps.clock.now();
    let export = Export {
        id: MemberExportId::new(&*deps.clock),
        account: super::account(identity)?,
        account_name: identity.actor.name(),
        filter,
        unmasked,
        rows: i32::try_from(rows).map_err(Problem::internal)?,
        created_at: now,
        expires_at: now + READ_WITHIN,
    };
    store::exports::insert(&mut tx, &export).await?;
    let body = MembersExported {
        export_id: export.id.to_string(),
        account_id: export.account.to_string(),
        rows: export.rows,
        unmasked,
    };
    let type_ = "membership.members.exported.v1";
    let event = Event::new(type_, export.id.as_uuid(), 1, &body);
    outbox::publish(&mut tx, &*deps.clock, &[event]).await?;
    tx.commit().await?;
    Ok(export)
}

/// A part of an export, and where the next begins.
pub async fn read(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    id: MemberExportId,
    after: Option<Cursor>,
) -> Result<(Vec<u8>, Option<Cursor>), Problem> {
    let account = super::account(identity)?;
    let export = store::exports::find(tx, id, account).await?;
    let export = export
        .filter(|export| export.expires_at > deps.clock.now())
        .ok_or_else(|| Problem::not_found("export"))?;
    let filter = &export.filter;
    let ids: Vec<MemberId> =
        store::member_list::page(tx, filter, Sort::Joined, after.as_ref(), PART).await?;
    let rows = list::load(tx, &ids).await?;
    let mut csv = Vec::new();
    if after.is_none() {
        // Spreadsheets read UTF-8 by its mark.
        csv.extend("\u{feff}".bytes());
        let at = export.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let watermark = format!("# {} · {} · {at}", export.account_name, export.account);
        write(&mut csv, [watermark]);
        write(&mut csv, COLUMNS.map(str::to_owned));
    }
    for row in &rows {
        write(&mut csv, cells(row, export.unmasked));
    }
    let is_last = ids.len() < usize::try_from(PART).unwrap_or_default();
    let next = rows.last().filter(|_| !is_last).map(|row| Cursor {
        at: Some(row.member.joined_at),
        spent: row.member.spent,
        id: row.member.id.as_uuid(),
    });
    Ok((csv, next))
}

fn cells(row: &Row, unmasked: bool) -> [String; 17] {
    let member = &row.member;
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let personal = |value: Option<&String>, mask: fn(&str) -> String| match value {
        Some(value) if unmasked => value.clone(),
        Some(value) => mask(value),
        None => String::new(),
    };
    let birthday = member.birthday.map(|date| {
        let format = if unmasked { "%Y-%m-%d" } else { "%m-%d" };
        date.format(format).to_string()
    });
    let name = if unmasked {
        member.name.clone()
    } else {
        masked_name(&member.name)
    };
    [
        member.id.to_string(),
        member.state.to_string(),
        name,
        personal(member.phone.as_ref(), text::mask_phone),
        personal(member.line_user.as_ref(), mask_line_user),
        personal(member.email.as_ref(), mask_email),
        birthday.unwrap_or_default(),
        member.gender.to_string(),
        time(member.joined_at),
        member.source.to_string(),
        member
            .source_branch
            .map(|branch| branch.to_string())
            .unwrap_or_default(),
        member.orders.to_string(),
        member.last_order_at.map(time).unwrap_or_default(),
        member.spent.to_string(),
        row.points.to_string(),
        row.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        member
            .marketing()
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(" "),
    ]
}

/// The first character.
fn masked_name(name: &str) -> String {
    let first: String = name.chars().take(1).collect();
    if first.is_empty() {
        first
    } else {
        format!("{first}**")
    }
}

/// A line of CSV. A cell that a spreadsheet would take for a formula gets an apostrophe.
fn write<const N: usize>(csv: &mut Vec<u8>, cells: [String; N]) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            csv.push(b',');
        }
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t']);
        let cell = if is_formula { format!("'{cell}") } else { cell };
        if cell.contains([',', '"', '\n', '\r']) {
            csv.push(b'"');
            csv.extend(cell.replace('"', "\"\"").bytes());
            csv.push(b'"');
        } else {
            csv.extend(cell.bytes());
        }
    }
    csv.extend(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_be_a_formula_or_break_its_line() {
        let mut csv = Vec::new();
        let cells = ["=1+1", "a,\"b\"", "-5", "王"].map(str::to_owned);
        write(&mut csv, cells);
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "'=1+1,\"a,\"\"b\"\"\",'-5,王\r\n"
        );
    }
}
