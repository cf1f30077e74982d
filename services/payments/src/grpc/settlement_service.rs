//! The RPCs of `SettlementService`.

use chassis::{
    audit,
    authn::{Identity, RequestExt as _},
    business_day,
    error::{CommonReason, Problem, Violations},
    id::{self, AccountId},
    request, text, time,
};
use chrono::{NaiveDate, TimeDelta};
use proto::payments::v1::{
    self as wire, GetSettlementRequest, GetSettlementResponse, ImportSettlementRequest,
    ImportSettlementResponse, ListSettlementsRequest, ListSettlementsResponse,
    ListUnsettledRequest, ListUnsettledResponse, MatchSettlementRequest, MatchSettlementResponse,
    ResolveRowRequest, ResolveRowResponse, settlement_service_server as server,
};
use tonic::Request;

use super::request::rpcs;
use crate::{
    app::{
        Dependencies,
        settlements::{self, DecisionOrder, ImportOrder, Imported, ShownSettlement},
    },
    domain::{
        account::Account,
        settlement::{
            Cause, Decided, Row, RowKind, Sums,
            file::CellProblem,
            mapping::{MOST_FEES, Mapping},
        },
    },
    store::{
        settlement_rows::RowFilter,
        unsettled_money::{UnsettledCursor, UnsettledMoney},
    },
    wire::provider,
};

/// Most bad cells that are listed.
const MOST_PROBLEMS: usize = 200;
/// Longest name of a column, in characters.
const LONGEST_COLUMN: usize = 100;
/// A day in Taiwan begins before one in UTC.
const AHEAD: TimeDelta = TimeDelta::hours(8);

/// The gRPC service.
pub struct SettlementService {
    deps: Dependencies,
}

impl SettlementService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    SettlementService: server::SettlementService {
        import_settlement(ImportSettlementRequest) -> ImportSettlementResponse;
        list_settlements(ListSettlementsRequest) -> ListSettlementsResponse;
        get_settlement(GetSettlementRequest) -> GetSettlementResponse;
        list_unsettled(ListUnsettledRequest) -> ListUnsettledResponse;
        match_settlement(MatchSettlementRequest) -> MatchSettlementResponse;
        resolve_row(ResolveRowRequest) -> ResolveRowResponse;
    }
}

impl SettlementService {
    async fn import_settlement(
        &self,
        request: &Request<ImportSettlementRequest>,
    ) -> Result<ImportSettlementResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let file_name = text::bounded("file_name", &asked.file_name, 1..=200, &mut violations);
        let paid_on = self.paid_on(&asked.paid_on, &mut violations);
        let given = asked.mapping.as_ref();
        let mapping = given.map(|given| mapping(given, &mut violations));
        let (account, paid_on) = violations.finish((account, paid_on))?;
        let identity = request.identity();
        let order = ImportOrder {
            account,
            content: asked.content.clone(),
            file_name,
            paid_on,
            mapping,
            dry_run: asked.dry_run,
            by: staff(identity)?,
        };
        let imported = settlements::import(&self.deps, identity, request.org()?, order).await?;
        let response = import_response(&imported);
        if let Some(settlement) = response.settlement.as_ref().filter(|_| !imported.repeated) {
            audit::after(settlement);
        }
        Ok(response)
    }

    /// A day that has begun.
    fn paid_on(&self, raw: &str, violations: &mut Violations) -> Option<NaiveDate> {
        let day = business_day::parse("paid_on", raw, violations)?.date();
        if day > (self.deps.clock.now() + AHEAD).date_naive() {
            violations.push("paid_on", CommonReason::InTheFuture);
        }
        Some(day)
    }

    async fn list_settlements(
        &self,
        request: &Request<ListSettlementsRequest>,
    ) -> Result<ListSettlementsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let account = id::parse_optional("account_id", &asked.account_id, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let of = (brand, account);
        let (found, accounts) =
            settlements::list(&self.deps, identity, org, of, page.after, page.limit()).await?;
        let page = page.page(found, |last| last.settlement.id);
        Ok(ListSettlementsResponse {
            settlements: page.items.iter().map(settlement).collect(),
            next_page_token: page.next_page_token,
            accounts: accounts.iter().map(settlement_account).collect(),
        })
    }

    async fn get_settlement(
        &self,
        request: &Request<GetSettlementRequest>,
    ) -> Result<GetSettlementResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("settlement_id", &asked.settlement_id, &mut violations);
        let outcome = request::optional_choice("outcome", asked.outcome, &mut violations);
        let cause = request::optional_choice("cause", asked.cause, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        let id = violations.finish(id)?;
        let filter = RowFilter {
            outcome,
            cause,
            undecided: asked.undecided,
        };
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.unwrap_or(0), page.limit());
        let (shown, rows) =
            settlements::get(&self.deps, identity, org, id, filter, after, limit).await?;
        let (found_count, found_sums) = found(&shown, filter);
        let page = page.page(rows, |last| last.file.line);
        Ok(GetSettlementResponse {
            settlement: Some(settlement(&shown)),
            rows: page.items.iter().map(row).collect(),
            next_page_token: page.next_page_token,
            found_count,
            found_sums: Some(found_sums),
        })
    }

    async fn list_unsettled(
        &self,
        request: &Request<ListUnsettledRequest>,
    ) -> Result<ListUnsettledResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let account = id::parse_optional("account_id", &asked.account_id, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let of = (brand, account);
        let (overdue, after, limit) = (asked.overdue, page.after, page.limit());
        let (items, totals) =
            settlements::list_unsettled(&self.deps, identity, org, of, overdue, after, limit)
                .await?;
        let page = page.page(items, |last| UnsettledCursor {
            occurred_at: last.occurred_at,
            id: last.id,
        });
        let now = self.deps.clock.now();
        Ok(ListUnsettledResponse {
            items: page
                .items
                .iter()
                .map(|money| unsettled(money, money.due_at < now))
                .collect(),
            next_page_token: page.next_page_token,
            total_count: count(totals.count),
            total_amount: totals.amount,
            overdue_count: count(totals.overdue_count),
            overdue_amount: totals.overdue_amount,
        })
    }

    async fn match_settlement(
        &self,
        request: &Request<MatchSettlementRequest>,
    ) -> Result<MatchSettlementResponse, Problem> {
        let mut violations = Violations::new();
        let asked = &request.get_ref().settlement_id;
        let id = id::parse("settlement_id", asked, &mut violations);
        let id = violations.finish(id)?;
        let (org, identity) = (request.org()?, request.identity());
        let shown = settlements::match_again(&self.deps, identity, org, id).await?;
        Ok(MatchSettlementResponse {
            settlement: Some(settlement(&shown)),
        })
    }

    async fn resolve_row(
        &self,
        request: &Request<ResolveRowRequest>,
    ) -> Result<ResolveRowResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("settlement_id", &asked.settlement_id, &mut violations);
        let decision = request::choice("decision", asked.decision, &mut violations);
        let branch = id::parse_optional("branch_id", &asked.branch_id, &mut violations);
        let note = text::bounded("note", &asked.note, 0..=200, &mut violations);
        if note.is_empty() && asked.note.chars().count() <= 200 {
            violations.push("note", CommonReason::ReasonRequired);
        }
        let (settlement, decision) = violations.finish((id, decision))?;
        let identity = request.identity();
        let order = DecisionOrder {
            settlement,
            line: asked.line,
            decision,
            note,
            branch,
            by: staff(identity)?,
        };
        let (before, after) =
            settlements::resolve(&self.deps, identity, request.org()?, order).await?;
        audit::before(&row(&before));
        let after = row(&after);
        audit::after(&after);
        Ok(ResolveRowResponse { row: Some(after) })
    }
}

/// The account of a caller with its name.
fn staff(identity: &Identity) -> Result<(AccountId, String), Problem> {
    let (account, _) = identity.staff()?;
    Ok((account, identity.actor.name()))
}

fn mapping(given: &wire::SettlementMapping, violations: &mut Violations) -> Mapping {
    let mut column = |field: &str, name: &str| {
        let field = format!("mapping.{field}");
        let name = text::bounded(&field, name, 0..=LONGEST_COLUMN, violations);
        (!name.is_empty()).then_some(name)
    };
    let fees = given.fees.iter().take(MOST_FEES).enumerate();
    let mapping = Mapping {
        provider_reference: column("provider_reference", &given.provider_reference),
        reference: column("reference", &given.reference),
        amount: column("amount", &given.amount),
        kind: column("kind", &given.kind),
        net: column("net", &given.net),
        date: column("date", &given.date),
        currency: column("currency", &given.currency),
        fees: fees
            .filter_map(|(index, name)| column(&format!("fees[{index}]"), name))
            .collect(),
    };
    let failed = CommonReason::ValidationFailed;
    if given.fees.len() > MOST_FEES {
        violations.push_with("mapping.fees", failed, [("max", MOST_FEES)]);
    }
    if mapping.amount.is_none() {
        violations.push("mapping.amount", failed);
    }
    if mapping.provider_reference.is_none() && mapping.reference.is_none() {
        violations.push("mapping.provider_reference", failed);
    }
    mapping
}

fn import_response(imported: &Imported) -> ImportSettlementResponse {
    let file = &imported.file;
    let problems = file.problems.iter().take(MOST_PROBLEMS);
    ImportSettlementResponse {
        settlement: imported.settlement.as_ref().map(settlement),
        repeated: imported.repeated,
        columns: file.columns.clone(),
        mapping: file.mapping.as_ref().map(mapping_to_wire),
        problems: problems.map(problem).collect(),
        problem_count: count(file.problems.len()),
        row_count: count(file.rows.len()),
        skipped_count: count(file.skipped),
        sums: Some(sums(&file.sums())),
    }
}

fn mapping_to_wire(mapping: &Mapping) -> wire::SettlementMapping {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    wire::SettlementMapping {
        provider_reference: name(&mapping.provider_reference),
        reference: name(&mapping.reference),
        amount: name(&mapping.amount),
        kind: name(&mapping.kind),
        fees: mapping.fees.clone(),
        net: name(&mapping.net),
        date: name(&mapping.date),
        currency: name(&mapping.currency),
    }
}

fn problem(problem: &CellProblem) -> wire::SettlementProblem {
    wire::SettlementProblem {
        line: problem.line,
        column: problem.column.clone(),
        reason: problem.reason.to_string(),
        value: problem.value.clone(),
    }
}

fn settlement(shown: &ShownSettlement) -> wire::Settlement {
    let ShownSettlement { settlement, counts } = shown;
    let all = found(shown, RowFilter::default());
    let decided = counts.iter().filter(|count| count.decided);
    let open = counts.iter().filter(|count| !count.decided);
    wire::Settlement {
        settlement_id: settlement.id.to_string(),
        account_id: settlement.account.to_string(),
        account_name: settlement.account_name.clone(),
        provider: provider(settlement.provider),
        brand_id: settlement.brand.to_string(),
        branch_id: settlement.branch.map(|branch| branch.to_string()),
        file_name: settlement.file_name.clone(),
        paid_on: settlement.paid_on.to_string(),
        currency: settlement.currency.to_string(),
        imported_at: Some(time::to_wire(settlement.imported_at)),
        imported_by: settlement.imported_by.clone(),
        open: open
            .map(|found| wire::OutcomeCount {
                outcome: found.outcome.to_wire(),
                cause: found.cause.map(Cause::to_wire),
                count: count(found.count),
                sums: Some(sums(&found.sums)),
            })
            .collect(),
        decided_count: count(decided.map(|found| found.count).sum::<i64>()),
        row_count: all.0,
        sums: Some(all.1),
        booked: Some(wire::BookedSettlement {
            bank: settlement.booked.bank,
            fees: settlement.booked.fees,
            rounding: settlement.booked.rounding,
            clearing: settlement.booked.clearing,
        }),
    }
}

/// How many rows a filter finds, and their sums.
fn found(shown: &ShownSettlement, filter: RowFilter) -> (i32, wire::SettlementSums) {
    let (mut rows, mut total) = (0, Sums::default());
    for found in &shown.counts {
        let is_wanted = filter.outcome.is_none_or(|wanted| wanted == found.outcome)
            && filter
                .cause
                .is_none_or(|wanted| Some(wanted) == found.cause)
            && !(filter.undecided && found.decided);
        if is_wanted {
            rows += found.count;
            total.amount_e4 += found.sums.amount_e4;
            total.fee_e4 += found.sums.fee_e4;
        }
    }
    (count(rows), sums(&total))
}

fn settlement_account(account: &Account) -> wire::SettlementAccount {
    wire::SettlementAccount {
        account_id: account.id.to_string(),
        name: account.name.clone(),
        provider: provider(account.provider),
        branch_id: account.branch.map(|branch| branch.to_string()),
        settlement_days: account.settlement_days.into(),
        archived: account.archived,
    }
}

fn row(row: &Row) -> wire::SettlementRow {
    let (file, verdict) = (&row.file, &row.verdict);
    let (order, decided) = (row.order.as_ref(), row.decided.as_ref());
    wire::SettlementRow {
        line: file.line,
        kind: file.kind.to_wire(),
        provider_reference: file.provider_reference.clone(),
        reference: file.reference.clone(),
        sums: Some(wire::SettlementSums {
            amount_e4: file.amount_e4,
            fee_e4: file.fee_e4,
            net_e4: file.net_e4(),
        }),
        date: file.date.map(|date| date.to_string()),
        outcome: verdict.outcome().to_wire(),
        cause: verdict.cause.map(Cause::to_wire),
        difference_e4: verdict.difference_e4,
        order_id: order.map(|order| order.id.to_string()),
        order_number: order.map(|order| order.number.clone()).unwrap_or_default(),
        branch_id: order.map(|order| order.branch.to_string()),
        booked: verdict.booked || decided.is_some_and(Decided::books),
        can_book: decided.is_none() && row.can_book(),
        decision: decided.map(|decided| decided.decision.to_wire()),
        note: decided
            .map(|decided| decided.note.clone())
            .unwrap_or_default(),
        decided_by: decided
            .map(|decided| decided.by.clone())
            .unwrap_or_default(),
        decided_at: decided.map(|decided| time::to_wire(decided.at)),
    }
}

fn unsettled(money: &UnsettledMoney, overdue: bool) -> wire::UnsettledMoney {
    let cause = match money.kind {
        RowKind::Refund => Some(Cause::RefundUnderWay.to_wire()),
        RowKind::Payment | RowKind::Adjustment => None,
    };
    wire::UnsettledMoney {
        kind: money.kind.to_wire(),
        order_id: money.order.to_string(),
        order_number: money.order_number.clone(),
        branch_id: money.branch.to_string(),
        account_id: money.account.to_string(),
        provider_reference: money.provider_reference.clone().unwrap_or_default(),
        reference: money.reference.clone(),
        amount: money.amount,
        currency: money.currency.to_string(),
        occurred_at: Some(time::to_wire(money.occurred_at)),
        due_at: Some(time::to_wire(money.due_at)),
        overdue,
        cause,
    }
}

fn sums(sums: &Sums) -> wire::SettlementSums {
    wire::SettlementSums {
        amount_e4: sums.amount_e4,
        fee_e4: sums.fee_e4,
        net_e4: sums.net_e4(),
    }
}

fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
