//! The RPCs of `LedgerService`.

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id,
    money::Currency,
    request, time,
};
use chrono::TimeDelta;
use proto::payments::v1::{
    GetLedgerBalancesRequest, GetLedgerBalancesResponse, LedgerAttempt, LedgerBalance, LedgerPart,
    LedgerRefund, LedgerTransaction, ListLedgerTransactionsRequest, ListLedgerTransactionsResponse,
    ListOrderLedgerRequest, ListOrderLedgerResponse, ledger_service_server as server,
};
use tonic::Request;

use super::request::rpcs;
use crate::{
    app::{
        Dependencies,
        ledger::{self, ShownTransaction},
    },
    domain::ledger::Entry,
    store::ledger_view::{AttemptText, Filter, Place, RefundText},
    wire,
};

/// Longest period that is listed.
const LONGEST_PERIOD: TimeDelta = TimeDelta::days(366);

/// The gRPC service.
pub struct LedgerService {
    deps: Dependencies,
}

impl LedgerService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    LedgerService: server::LedgerService {
        list_order_ledger(ListOrderLedgerRequest) -> ListOrderLedgerResponse;
        list_ledger_transactions(ListLedgerTransactionsRequest) -> ListLedgerTransactionsResponse;
        get_ledger_balances(GetLedgerBalancesRequest) -> GetLedgerBalancesResponse;
    }
}

impl LedgerService {
    async fn list_order_ledger(
        &self,
        request: &Request<ListOrderLedgerRequest>,
    ) -> Result<ListOrderLedgerResponse, Problem> {
        let mut violations = Violations::new();
        let order = id::parse("order_id", &request.get_ref().order_id, &mut violations);
        let order = violations.finish(order)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = ledger::list_of_order(&self.deps, identity, org, order).await?;
        Ok(ListOrderLedgerResponse {
            transactions: found.into_iter().map(transaction).collect(),
        })
    }

    async fn list_ledger_transactions(
        &self,
        request: &Request<ListLedgerTransactionsRequest>,
    ) -> Result<ListLedgerTransactionsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let place = place(&asked.brand_id, &asked.branch_id, &mut violations);
        let from = time::parse_required("from", asked.from.as_ref(), &mut violations);
        let until = time::parse_required("until", asked.until.as_ref(), &mut violations);
        if let Some((from, until)) = from.zip(until)
            && (until <= from || until - from > LONGEST_PERIOD)
        {
            let longest = [("max_days", LONGEST_PERIOD.num_days())];
            violations.push_with("until", CommonReason::PeriodInvalid, longest);
        }
        let account = request::optional_choice("account", asked.account, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        let (place, from, until) = violations.finish((place, from, until))?;
        let filter = Filter {
            place,
            from,
            until,
            account,
            tests: asked.tests,
        };
        let (org, identity) = (request.org()?, request.identity());
        let page = ledger::list(&self.deps, identity, org, &filter, &page).await?;
        Ok(ListLedgerTransactionsResponse {
            transactions: page.items.into_iter().map(transaction).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_ledger_balances(
        &self,
        request: &Request<GetLedgerBalancesRequest>,
    ) -> Result<GetLedgerBalancesResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let place = place(&asked.brand_id, &asked.branch_id, &mut violations);
        let at = time::parse_optional("at", asked.at.as_ref(), &mut violations).unwrap_or(now);
        if at > now {
            violations.push("at", CommonReason::InTheFuture);
        }
        let place = violations.finish(place)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = ledger::balances(&self.deps, identity, org, place, at).await?;
        let balance = |(currency, Entry { account, amount })| LedgerBalance {
            account: account.to_wire(),
            currency: Currency::to_string(&currency),
            amount,
        };
        Ok(GetLedgerBalancesResponse {
            at: Some(time::to_wire(at)),
            balances: found.into_iter().map(balance).collect(),
        })
    }
}

fn place(brand: &str, branch: &str, violations: &mut Violations) -> Option<Place> {
    let brand = id::parse("brand_id", brand, violations);
    let branch = id::parse_optional("branch_id", branch, violations);
    brand.map(|brand| Place { brand, branch })
}

fn transaction(shown: ShownTransaction) -> LedgerTransaction {
    let ShownTransaction {
        stored,
        currency,
        entries,
        attempt,
        refund,
    } = shown;
    let side = |sign: i64| -> Vec<LedgerPart> {
        let of_side = entries.iter().filter(|entry| entry.amount * sign > 0);
        let part = |entry: &Entry| LedgerPart {
            account: entry.account.to_wire(),
            amount: entry.amount * sign,
        };
        of_side.map(part).collect()
    };
    let (sources, targets) = (side(-1), side(1));
    LedgerTransaction {
        transaction_id: stored.id.to_string(),
        kind: stored.kind.to_wire(),
        occurred_at: Some(time::to_wire(stored.occurred_at)),
        booked_at: Some(time::to_wire(stored.booked_at)),
        business_day: stored.business_day.to_string(),
        branch_id: stored.branch.to_string(),
        order_id: stored.order.map(|id| id.to_string()),
        order_number: stored.order_number.unwrap_or_default(),
        currency: currency.to_string(),
        amount: targets.iter().map(|part| part.amount).sum(),
        sources,
        targets,
        test: stored.test,
        attempt: attempt.map(shown_attempt),
        refund: refund.map(shown_refund),
    }
}

fn shown_attempt(attempt: AttemptText) -> LedgerAttempt {
    LedgerAttempt {
        attempt_id: attempt.id.to_string(),
        number: attempt.number.into(),
        method_name: attempt.method_name,
        provider: wire::provider(attempt.provider),
        provider_reference: attempt.provider_reference.unwrap_or_default(),
    }
}

fn shown_refund(refund: RefundText) -> LedgerRefund {
    LedgerRefund {
        refund_id: refund.id.to_string(),
        cause: refund.cause.to_wire(),
        reason: refund.reason,
    }
}
