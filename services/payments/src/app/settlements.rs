//! Settlement files: imported once, matched, decided by people, and booked as far as their money is known.
//!
//! Imports, matches and decisions of one account go one after another; see `store::settlements::lock_account`.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    clock::Clock,
    db::{Db, TenantTx},
    error::{CommonReason, Problem, ToProblem as _},
    id::{
        AccountId, AttemptId, BranchId, BrandId, GatewayAccountId, LedgerTransactionId,
        OrganisationId, PaymentMethodId, SettlementId,
    },
    money::Currency,
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::{Dependencies, accounts::require_place, error::Error};
use crate::{
    domain::{
        account::Account,
        ledger::{self, TransactionKind},
        settlement::{
            Decided, Decision, FileRow, Outcome, Row, RowOrder, Sums, Verdict,
            booking::{Booked, booked_sums},
            file::{self, SettlementFile, Unreadable},
            mapping::Mapping,
            matching::{Known, MethodFee},
        },
    },
    store::{
        self,
        ledger::Booking,
        settlement_rows::RowCount,
        settlements::Settlement,
        unsettled_money::{UnsettledCursor, UnsettledMoney, UnsettledTotals},
    },
};

/// Hours that Taiwan, whose days the files have, is ahead of UTC.
const TAIPEI: TimeDelta = TimeDelta::hours(8);

/// A file to import.
#[derive(Clone, Debug)]
pub struct ImportOrder {
    /// Account it is of.
    pub account: GatewayAccountId,
    /// The file.
    pub content: Bytes,
    /// Its name.
    pub file_name: String,
    /// When the provider paid out.
    pub paid_on: NaiveDate,
    /// What staff chose its columns to be.
    pub mapping: Option<Mapping>,
    /// Only read it.
    pub dry_run: bool,
    /// Who imports it.
    pub by: (AccountId, String),
}

/// What became of a file.
#[derive(Debug)]
pub struct Imported {
    /// What was read.
    pub file: SettlementFile,
    /// Its settlement, unless nothing was written.
    pub settlement: Option<ShownSettlement>,
    /// It was imported before.
    pub repeated: bool,
}

/// A settlement with its rows counted.
#[derive(Clone, Debug)]
pub struct ShownSettlement {
    /// The settlement.
    pub settlement: Settlement,
    /// Its rows by outcome, cause and decision.
    pub counts: Vec<RowCount>,
}

impl From<Unreadable> for Error {
    fn from(error: Unreadable) -> Self {
        let problem = match error {
            Unreadable::TooLarge { unit, limit } => Problem::new(CommonReason::FileTooLarge)
                .message(format!("the file has more than {limit} {unit}"))
                .param("unit", unit)
                .param("limit", limit),
            Unreadable::NotText(error) => error.to_problem(),
        };
        Self::Problem(problem)
    }
}

/// Imports a file: all of it, or nothing where a cell is bad. The same file again changes nothing.
pub async fn import(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: ImportOrder,
) -> Result<Imported, Error> {
    let clock = &*deps.clock;
    let mut tx = deps.db.tenant(org).await?;
    let account = store::accounts::find(&mut tx, order.account).await?;
    let account = account.ok_or(Error::AccountUnknown)?;
    require_place(identity, account.brand, account.branch)?;
    let remembered = store::settlements::find_mapping(&mut tx, account.id).await?;
    tx.rollback().await?;

    // A large file takes a while to read: not on a thread that others wait for.
    let (content, chosen) = (order.content, order.mapping);
    let read = tokio::task::spawn_blocking(move || {
        let hash = Sha256::digest(&content).to_vec();
        file::read(&content, chosen.as_ref(), remembered.as_ref()).map(|file| (file, hash))
    });
    let (file, hash) = read.await.map_err(anyhow::Error::from)??;

    let mut tx = deps.db.tenant(org).await?;
    store::settlements::lock_account(&mut tx, account.id).await?;
    if let Some(earlier) = store::settlements::find_by_hash(&mut tx, account.id, &hash).await? {
        let settlement = show(&mut tx, earlier).await?;
        tx.rollback().await?;
        return Ok(Imported {
            file,
            settlement: Some(settlement),
            repeated: true,
        });
    }
    let mapping = file
        .mapping
        .as_ref()
        .filter(|_| !order.dry_run && file.problems.is_empty() && !file.rows.is_empty());
    let Some(mapping) = mapping else {
        tx.rollback().await?;
        return Ok(Imported {
            file,
            settlement: None,
            repeated: false,
        });
    };
    let now = clock.now();
    let (imported_by, name) = order.by;
    let settlement = Settlement {
        id: SettlementId::new(clock),
        account: account.id,
        account_name: account.name.clone(),
        provider: account.provider,
        brand: account.brand,
        branch: account.branch,
        file_name: order.file_name,
        paid_on: order.paid_on,
        currency: file.currency.unwrap_or(Currency::TWD),
        imported_by: name,
        imported_at: now,
        bookings: 0,
        booked_sums: Sums::default(),
        booked: Booked::default(),
    };
    store::settlements::insert(&mut tx, &settlement, &hash, imported_by).await?;
    store::settlements::upsert_mapping(&mut tx, account.id, mapping, now).await?;
    let found = file.rows.iter().map(|row| (row, None));
    let rows = match_rows(&mut tx, &settlement, found.collect()).await?;
    store::settlement_rows::insert_rows(&mut tx, settlement.id, &rows).await?;
    let changes = rows.iter().map(|row| (Sums::default(), row));
    let mut booking = SettlementBooking {
        clock,
        settlement,
        kind: TransactionKind::Payout,
        occurred_at: begins_at(order.paid_on).min(now),
        fallback: account.branch,
    };
    booking.book(&mut tx, changes).await?;
    let settlement = show(&mut tx, booking.settlement).await?;
    tx.commit().await?;
    Ok(Imported {
        file,
        settlement: Some(settlement),
        repeated: false,
    })
}

/// When a day begins in Taiwan.
fn begins_at(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - TAIPEI
}

/// Compares rows with what is recorded; those that were compared before come with what was found.
async fn match_rows(
    tx: &mut TenantTx,
    settlement: &Settlement,
    rows: Vec<(&FileRow, Option<&Verdict>)>,
) -> Result<Vec<Row>, Error> {
    let texts = |of: fn(&FileRow) -> &String| -> Vec<String> {
        let texts = rows.iter().map(|(row, _)| of(row));
        texts.filter(|text| !text.is_empty()).cloned().collect()
    };
    let numbers = texts(|row| &row.provider_reference);
    let references = texts(|row| &row.reference);
    let earlier = rows.iter().filter_map(|(_, verdict)| *verdict);
    let ids: Vec<AttemptId> = earlier.filter_map(|verdict| verdict.attempt).collect();
    let found = store::settlement_rows::find_attempts(
        tx,
        settlement.account,
        settlement.currency,
        &numbers,
        &references,
        &ids,
    )
    .await?;
    let mut orders: HashMap<AttemptId, RowOrder> = HashMap::new();
    let mut attempts = Vec::with_capacity(found.len());
    for (attempt, order) in found {
        orders.insert(attempt.id, order);
        attempts.push(attempt);
    }
    let ids: Vec<AttemptId> = orders.keys().copied().collect();
    let mut known = Known::new(attempts, method_fees(tx, settlement.brand).await?);
    for (row, verdict) in store::settlement_rows::list_booked_rows(tx, &ids).await? {
        known.note_booked(&row, &verdict);
    }
    let verdicts = known.verdicts(rows.iter().copied());
    let matched = rows
        .into_iter()
        .zip(verdicts)
        .map(|((row, _), verdict)| Row {
            file: row.clone(),
            order: verdict.attempt.and_then(|id| orders.get(&id).cloned()),
            verdict,
            decided: None,
        });
    Ok(matched.collect())
}

async fn method_fees(
    tx: &mut TenantTx,
    brand: BrandId,
) -> Result<HashMap<PaymentMethodId, MethodFee>, Error> {
    let methods = store::methods::list(tx, brand).await?;
    let fees = methods.into_iter().map(|method| {
        let fee = MethodFee {
            basis_points: method.fee_basis_points.into(),
            fixed: method.fee_fixed,
        };
        (method.id, fee)
    });
    Ok(fees
        .filter(|(_, fee)| fee.basis_points > 0 || fee.fixed > 0)
        .collect())
}

/// Books what changes of a settlement.
struct SettlementBooking<'a> {
    clock: &'a dyn Clock,
    settlement: Settlement,
    kind: TransactionKind,
    occurred_at: DateTime<Utc>,
    /// Branch of what belongs to no order.
    fallback: Option<BranchId>,
}

impl SettlementBooking<'_> {
    /// Books rows of which this much was booked before: a transaction for each branch, which together are
    /// the change of the settlement's rounded sums.
    async fn book<'a>(
        &mut self,
        tx: &mut TenantTx,
        changes: impl IntoIterator<Item = (Sums, &'a Row)>,
    ) -> Result<(), Error> {
        let mut groups = BTreeMap::<(BranchId, bool), Sums>::new();
        let mut total = self.settlement.booked_sums;
        for (before, row) in changes {
            let after = booked_sums(row);
            let (amount_e4, fee_e4) = (
                after.amount_e4 - before.amount_e4,
                after.fee_e4 - before.fee_e4,
            );
            if (amount_e4, fee_e4) == (0, 0) {
                continue;
            }
            let order = row.order.as_ref();
            let branch = order.map(|order| order.branch).or(self.fallback);
            let branch = branch.ok_or_else(|| {
                anyhow::anyhow!(
                    "row {} of settlement {} has no branch to be booked at",
                    row.file.line,
                    self.settlement.id
                )
            })?;
            let test = order.is_some_and(|order| order.test);
            for sums in [groups.entry((branch, test)).or_default(), &mut total] {
                sums.amount_e4 += amount_e4;
                sums.fee_e4 += fee_e4;
            }
        }
        let booked = Booked::of(&total);
        let parts: Vec<Sums> = groups.values().copied().collect();
        let parts = booked.since(&self.settlement.booked).split(&parts);
        let now = self.clock.now();
        for ((branch, test), part) in groups.into_keys().zip(parts) {
            self.settlement.bookings += 1;
            let settlement = &self.settlement;
            let booking = Booking {
                id: LedgerTransactionId::new(self.clock),
                source: format!("settlement:{}:{}", settlement.id, settlement.bookings),
                kind: self.kind,
                order: None,
                payment: None,
                brand: settlement.brand,
                branch,
                business_day: BusinessDay::on((self.occurred_at + TAIPEI).date_naive()),
                test,
                currency: settlement.currency,
                occurred_at: self.occurred_at,
                entries: ledger::settlement(part.bank, part.fees, part.rounding),
            };
            store::ledger::book(tx, &booking, now).await?;
        }
        self.settlement.booked_sums = total;
        self.settlement.booked = booked;
        store::settlements::update_booked(tx, &self.settlement).await?;
        Ok(())
    }
}

async fn show(tx: &mut TenantTx, settlement: Settlement) -> Result<ShownSettlement, Error> {
    let counts = store::settlement_rows::count_rows(tx, &[settlement.id]).await?;
    Ok(ShownSettlement { settlement, counts })
}

/// Finds a settlement that the caller may see.
async fn find(
    tx: &mut TenantTx,
    identity: &Identity,
    id: SettlementId,
) -> Result<Settlement, Error> {
    let settlement = store::settlements::find(tx, id).await?;
    let settlement = settlement.ok_or(Error::SettlementUnknown)?;
    require_place(identity, settlement.brand, settlement.branch)?;
    Ok(settlement)
}

/// Finds a settlement and keeps other changes of it waiting.
async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: SettlementId,
) -> Result<Settlement, Error> {
    let settlement = find(tx, identity, id).await?;
    store::settlements::lock_account(tx, settlement.account).await?;
    find(tx, identity, id).await
}

/// Accounts of a brand that the caller may see, or the one that is wanted of them.
async fn visible_accounts(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: BrandId,
    wanted: Option<GatewayAccountId>,
) -> Result<Vec<Account>, Error> {
    let mut accounts = store::accounts::list(tx, brand).await?;
    let whole_brand = identity.require_brand(brand);
    accounts.retain(|account| require_place(identity, brand, account.branch).is_ok());
    if accounts.is_empty() {
        whole_brand?;
    }
    if let Some(wanted) = wanted {
        accounts.retain(|account| account.id == wanted);
    }
    Ok(accounts)
}

/// Settlements of a brand, the last imported first, with the accounts that the caller may see.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (brand, wanted): (BrandId, Option<GatewayAccountId>),
    before: Option<SettlementId>,
    limit: i64,
) -> Result<(Vec<ShownSettlement>, Vec<Account>), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let accounts = visible_accounts(&mut tx, identity, brand, None).await?;
    let ids = accounts.iter().map(|account| account.id);
    let ids: Vec<_> = ids
        .filter(|id| wanted.is_none_or(|wanted| wanted == *id))
        .collect();
    let found = store::settlements::list(&mut tx, &ids, before, limit).await?;
    let ids: Vec<_> = found.iter().map(|settlement| settlement.id).collect();
    let counts = store::settlement_rows::count_rows(&mut tx, &ids).await?;
    let shown = found.into_iter().map(|settlement| ShownSettlement {
        counts: counts
            .iter()
            .filter(|count| count.settlement == settlement.id)
            .cloned()
            .collect(),
        settlement,
    });
    Ok((shown.collect(), accounts))
}

/// A settlement with a page of its rows.
pub async fn get(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: SettlementId,
    filter: store::settlement_rows::RowFilter,
    after: i32,
    limit: i64,
) -> Result<(ShownSettlement, Vec<Row>), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let settlement = find(&mut tx, identity, id).await?;
    let rows = store::settlement_rows::list_rows(&mut tx, id, filter, after, limit).await?;
    Ok((show(&mut tx, settlement).await?, rows))
}

/// Money of a brand that stands in no file, with the sums of all of it.
pub async fn list_unsettled(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (brand, wanted): (BrandId, Option<GatewayAccountId>),
    overdue: bool,
    after: Option<UnsettledCursor>,
    limit: i64,
) -> Result<(Vec<UnsettledMoney>, UnsettledTotals), Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let accounts = visible_accounts(&mut tx, identity, brand, wanted).await?;
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let overdue_at = overdue.then_some(now);
    let items =
        store::unsettled_money::list_unsettled(&mut tx, &ids, overdue_at, after, limit).await?;
    let totals = store::unsettled_money::sum_unsettled(&mut tx, &ids, now).await?;
    Ok((items, totals))
}

/// Compares again what differs and what nobody decided, and books what is known now.
pub async fn match_again(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: SettlementId,
) -> Result<ShownSettlement, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let settlement = lock(&mut tx, identity, id).await?;
    let settlement = match_open_rows(&mut tx, &*deps.clock, settlement).await?;
    let shown = show(&mut tx, settlement).await?;
    tx.commit().await?;
    Ok(shown)
}

/// As [`match_again`], on the platform's own account.
pub async fn match_in_time(
    db: &Db,
    clock: &dyn Clock,
    org: OrganisationId,
    id: SettlementId,
) -> Result<(), Error> {
    let mut tx = db.tenant(org).await?;
    let found = store::settlements::find(&mut tx, id).await?;
    let account = found.ok_or(Error::SettlementUnknown)?.account;
    store::settlements::lock_account(&mut tx, account).await?;
    // Read again under the lock.
    let found = store::settlements::find(&mut tx, id).await?;
    let settlement = found.ok_or(Error::SettlementUnknown)?;
    match_open_rows(&mut tx, clock, settlement).await?;
    tx.commit().await?;
    Ok(())
}

async fn match_open_rows(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    settlement: Settlement,
) -> Result<Settlement, Error> {
    let id = settlement.id;
    let before = store::settlement_rows::list_open_rows(tx, id).await?;
    let rows = before.iter().map(|row| (&row.file, Some(&row.verdict)));
    let after = match_rows(tx, &settlement, rows.collect()).await?;
    let both = before.iter().zip(after);
    let changed: Vec<_> = both
        .filter(|(before, after)| before.verdict != after.verdict)
        .collect();
    let (before, after): (Vec<_>, Vec<_>) = changed
        .into_iter()
        .map(|(before, after)| (booked_sums(before), after))
        .unzip();
    store::settlement_rows::update_verdicts(tx, id, &after).await?;
    let fallback = settlement.branch;
    let mut booking = SettlementBooking {
        clock,
        settlement,
        kind: TransactionKind::Payout,
        occurred_at: clock.now(),
        fallback,
    };
    booking.book(tx, before.into_iter().zip(&after)).await?;
    Ok(booking.settlement)
}

/// A decision about a row.
#[derive(Clone, Debug)]
pub struct DecisionOrder {
    /// The settlement.
    pub settlement: SettlementId,
    /// Line of the row.
    pub line: i32,
    /// What.
    pub decision: Decision,
    /// Why.
    pub note: String,
    /// Branch that money without an order is booked at.
    pub branch: Option<BranchId>,
    /// Who decides.
    pub by: (AccountId, String),
}

/// Decides about a row that differs. Returns it as it was and as it is.
pub async fn resolve(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: DecisionOrder,
) -> Result<(Row, Row), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let settlement = lock(&mut tx, identity, order.settlement).await?;
    let row = store::settlement_rows::find_row(&mut tx, settlement.id, order.line).await?;
    let before = row.ok_or(Error::RowUnknown)?;
    if let Some(decided) = &before.decided {
        return match decided.decision == order.decision && decided.note == order.note {
            true => Ok((before.clone(), before)),
            false => Err(Error::RowDecided),
        };
    }
    let books = order.decision == Decision::BookAsFee;
    if before.verdict.outcome() == Outcome::Matched || (books && !before.can_book()) {
        return Err(invalid("decision"));
    }
    let fallback = settlement.branch.or(order.branch);
    if books && before.order.is_none() {
        let branch = fallback.ok_or_else(|| invalid("branch_id"))?;
        let brand = store::branches::find_brand(&mut tx, branch).await?;
        if brand != Some(settlement.brand) {
            return Err(Problem::not_found("branch").into());
        }
    }
    let (by, name) = order.by;
    let decided = Decided {
        decision: order.decision,
        note: order.note,
        by: name,
        at: deps.clock.now(),
    };
    store::settlement_rows::update_decision(&mut tx, settlement.id, order.line, &decided, by)
        .await?;
    let after = Row {
        decided: Some(decided),
        ..before.clone()
    };
    let mut booking = SettlementBooking {
        clock: &*deps.clock,
        settlement,
        kind: TransactionKind::Correction,
        occurred_at: deps.clock.now(),
        fallback,
    };
    let change = [(booked_sums(&before), &after)];
    booking.book(&mut tx, change).await?;
    tx.commit().await?;
    Ok((before, after))
}

fn invalid(field: &str) -> Error {
    let reason = CommonReason::ValidationFailed;
    Problem::new(reason).field(field, reason).into()
}
