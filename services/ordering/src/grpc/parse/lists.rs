//! Requests for lists of orders and sums of them.

use chassis::{
    business_day::{self, BusinessDay},
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
    request::{self, PageRequest},
    text,
    text_enum::WireEnum as _,
    time,
};
use chrono::TimeDelta;
use proto::ordering::v1 as wire;

use crate::{
    domain::order_state::OrderState,
    store::order_lists::{Filter, Place},
};

const MAX_TEXT: usize = 60;
/// Most branches that are summed up at once.
const MAX_BRANCHES: usize = 50;
/// Most days that are summed up at once.
const MAX_DAYS: TimeDelta = TimeDelta::days(100);

/// Branches and the first and last business day of sums.
pub(in crate::grpc) fn sum_completed_orders(
    request: &wire::SumCompletedOrdersRequest,
) -> Result<(Vec<BranchId>, BusinessDay, BusinessDay), Problem> {
    let mut violations = Violations::new();
    let branches = request::ids(
        "branch_ids",
        &request.branch_ids,
        MAX_BRANCHES,
        &mut violations,
    );
    let from = business_day::parse("from", &request.from, &mut violations);
    let to = business_day::parse("to", &request.to, &mut violations);
    if let (Some(from), Some(to)) = (from, to)
        && (to.date() < from.date() || to.date() - from.date() >= MAX_DAYS)
    {
        let params = [("max_days", MAX_DAYS.num_days())];
        violations.push_with("to", CommonReason::PeriodInvalid, params);
    }
    let (from, to) = violations.finish((from, to))?;
    Ok((branches, from, to))
}

/// Filter and size of a page.
pub(in crate::grpc) fn list_orders(
    request: &wire::ListOrdersRequest,
) -> Result<(Filter, PageRequest<Place>), Problem> {
    let mut violations = Violations::new();
    let branch: Option<BranchId> = id::parse("branch_id", &request.branch_id, &mut violations);
    let business_day =
        business_day::parse_optional("business_day", &request.business_day, &mut violations);
    let states: Option<Vec<OrderState>> = request
        .states
        .iter()
        .map(|raw| OrderState::from_wire(*raw))
        .collect();
    match &states {
        None => violations.push("states", CommonReason::ValidationFailed),
        Some(states) if states.len() > OrderState::ALL.len() => {
            let params = [("max", OrderState::ALL.len()), ("given", states.len())];
            violations.push_with("states", CommonReason::ValidationFailed, params);
        }
        // Without a day there would be no end of them.
        Some(states) if request.business_day.is_empty() => {
            if states.iter().any(|state| !state.is_open()) {
                violations.push("business_day", CommonReason::ValidationFailed);
            }
        }
        Some(_) => {}
    }
    let text = text::bounded("text", &request.text, 0..=MAX_TEXT, &mut violations);
    let page: PageRequest<Place> =
        request::page(request.page_size, &request.page_token, &mut violations);
    if page
        .after
        .is_some_and(|place| !time::is_bounded(place.due_at))
    {
        violations.push("page_token", CommonReason::ValidationFailed);
    }
    let branch = violations.finish(branch)?;
    let states = states.filter(|states| !states.is_empty());
    let text = Some(text).filter(|text| !text.is_empty());
    Ok((
        Filter {
            branch,
            business_day,
            states,
            text,
            with_tests: request.with_tests,
            after: page.after,
        },
        page,
    ))
}
