//! Holds what an order uses, all or nothing.
//!
//! 1. The hold itself, by the key of the attempt: a repeat finds it.
//! 2. Codes are looked up, coupons locked in the order of their ids, points held.
//! 3. Counters are taken from, last, for many orders wait for the same ones.
//!
//! Everything that is missing is named, then nothing is kept.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    db::TenantTx,
    error::{Code, CommonReason, FieldProblem, Problem},
    id::{BenefitRuleId, BranchId, BrandId, CouponId, OrderId, OrganisationId, PromoCodeTextId},
};
use chrono::{DateTime, NaiveDate, Utc};
use proto::membership::v1::{MembershipReason, RuleLimits};
use uuid::Uuid;

use crate::{
    app::{Dependencies, members, points},
    domain::benefits::{
        code,
        counter::{CounterKey, CounterKind, Take},
        coupon::Coupon,
        customer::Customer,
        hold::{Hold, HoldState, LASTS, Use, UseClass},
        refusal::Refusal,
    },
    store,
};

/// A use of an order, with its place among the codes or coupons of the request.
#[derive(Clone, Debug)]
pub struct RequestedUse {
    /// The use.
    pub used: Use,
    /// Its place.
    pub position: usize,
}

impl RequestedUse {
    fn field(&self, index: usize) -> String {
        match self.used.class {
            UseClass::Code => format!("codes[{}]", self.position),
            UseClass::Coupon => format!("coupons[{}]", self.position),
            UseClass::Promotion | UseClass::Tier => format!("uses[{index}]"),
        }
    }
}

/// What is to be held.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    /// Order.
    pub order: OrderId,
    /// Key of the attempt.
    pub key: String,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Who orders.
    pub customer: Customer,
    /// Business day.
    pub business_day: NaiveDate,
    /// What is used, each rule once.
    pub uses: Vec<RequestedUse>,
    /// Points.
    pub points: u32,
    /// Programme of the points.
    pub programme: Option<Uuid>,
}

/// Holds what an order uses. A key that was used before finds its hold.
pub async fn hold(
    deps: &Dependencies,
    org: OrganisationId,
    request: HoldRequest,
) -> Result<Hold, Problem> {
    let now = deps.clock.now();
    let hold = Hold {
        order: request.order,
        key: request.key,
        brand: request.brand,
        branch: request.branch,
        member: request.customer.member,
        customer: request.customer.key().to_owned(),
        business_day: request.business_day,
        state: HoldState::Held,
        order_version: 0,
        points: request.points,
        programme: request.programme,
        held_at: now,
        ask_at: Some(now + LASTS),
    };
    let mut tx = deps.db.tenant(org).await?;
    if store::holds::insert(&mut tx, &hold).await? {
        take(&mut tx, &hold, &request.customer, request.uses, now).await?;
        tx.commit().await?;
        return Ok(hold);
    }
    let found = store::holds::find_by_key(&mut tx, &hold.key).await?;
    let Some(found) = found else {
        let order = hold.order;
        return Err(Problem::internal(anyhow::anyhow!(
            "order {order} holds benefits by another key"
        )));
    };
    let locked = store::holds::lock(&mut tx, found.order).await?;
    let mut found = locked.unwrap_or(found);
    if found.state == HoldState::Released && found.order_version == 0 {
        // It lapsed before its order was made, and the customer tries once more.
        found.state = HoldState::Held;
        found.ask_at = Some(now + LASTS);
        store::holds::update(&mut tx, &found).await?;
        store::holds::delete_uses(&mut tx, found.order).await?;
        take(&mut tx, &found, &request.customer, request.uses, now).await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// Takes again what was given back although the order lives, as far as it is all there; else nothing.
pub async fn take_again(
    tx: &mut TenantTx,
    hold: &Hold,
    uses: Vec<Use>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let customer = Customer::known(hold.member, &hold.customer);
    store::holds::delete_uses(tx, hold.order).await?;
    let numbered = uses.into_iter().enumerate();
    let requested = numbered.map(|(position, used)| RequestedUse { used, position });
    take(tx, hold, &customer, requested.collect(), now).await
}

async fn take(
    tx: &mut TenantTx,
    hold: &Hold,
    customer: &Customer,
    mut requested: Vec<RequestedUse>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let mut problems = Vec::new();
    if let Some(member) = customer.member {
        match members::facts::find(tx, member).await? {
            Some(facts) if facts.blocked => {
                problems.push(Refusal::new(MembershipReason::MemberBlocked).at("member_id"));
            }
            Some(_) => {}
            None => problems.push(Refusal::new(CommonReason::NotFound).at("member_id")),
        }
    }
    let limits = limits(tx, hold, &requested, now, &mut problems).await?;
    take_coupons(tx, hold, &requested, now, &mut problems).await?;
    take_points(tx, hold, now, &mut problems).await?;

    let mut takes: Vec<Take> = Vec::new();
    for RequestedUse { used, .. } in &mut requested {
        let Some((limits, uses_per_code)) = limits.get(&used.rule) else {
            continue;
        };
        let counted = used.counted(customer.key(), hold.business_day);
        let of_use = counted.takes(limits, customer.counts_for(used.class), *uses_per_code);
        used.counters = of_use.iter().map(|take| take.counter.kind).collect();
        takes.extend(of_use);
    }
    let uses: Vec<_> = requested
        .iter()
        .map(|requested| requested.used.clone())
        .collect();
    if problems.is_empty() {
        store::holds::insert_uses(tx, hold.order, &uses, now).await?;
    }
    let missing = store::counters::take(tx, &takes).await?;
    if !missing.is_empty() {
        let by = (customer, hold.order);
        refuse_counters(tx, &requested, &missing, by, &mut problems).await?;
    }
    refused(problems)
}

/// One problem out of all that were found; the first decides its reason.
fn refused(problems: Vec<FieldProblem>) -> Result<(), Problem> {
    let Some(first) = problems.first() else {
        return Ok(());
    };
    let mut problem = Problem::new(first.reason.clone()).message("the order cannot use all of it");
    problem.params.clone_from(&first.params);
    problem.fields = problems;
    Err(problem)
}

type Limits = BTreeMap<BenefitRuleId, (RuleLimits, i32)>;

/// The limits of what is counted, as they are now: of promotions and of codes. A code that cannot be used any more
/// is a problem.
async fn limits(
    tx: &mut TenantTx,
    hold: &Hold,
    requested: &[RequestedUse],
    now: DateTime<Utc>,
    problems: &mut Vec<FieldProblem>,
) -> Result<Limits, Problem> {
    let mut limits = Limits::new();
    let of_class = |class| {
        let uses = requested
            .iter()
            .filter(move |requested| requested.used.class == class);
        uses.map(|requested| requested.used.rule)
            .collect::<Vec<_>>()
    };
    let promotions = of_class(UseClass::Promotion);
    if !promotions.is_empty() {
        for rule in store::promotions::find_rules(tx, &promotions).await? {
            let id = rule.rule_id.parse().map_err(anyhow::Error::from)?;
            limits.insert(id, (rule.limits.unwrap_or_default(), 0));
        }
    }
    let codes: Vec<PromoCodeTextId> = requested
        .iter()
        .filter_map(|requested| requested.used.code)
        .collect();
    let found = if codes.is_empty() {
        Vec::new()
    } else {
        store::promo_codes::find_texts(tx, &codes).await?
    };
    for (index, asked) in requested.iter().enumerate() {
        if asked.used.class != UseClass::Code {
            continue;
        }
        let typed = found
            .iter()
            .find(|typed| Some(typed.id) == asked.used.code && typed.of == asked.used.rule);
        let judged = match typed {
            None => Err(Refusal::new(MembershipReason::CodeInvalid)),
            Some(typed) => code::check_known(&typed.rule, hold.brand, now)
                .and_then(|()| code::check_alive(&typed.rule, typed.active, now)),
        };
        match (judged, typed) {
            (Err(refusal), _) => problems.push(refusal.at(asked.field(index))),
            (Ok(()), Some(typed)) => {
                let of_rule = typed.rule.limits.unwrap_or_default();
                limits.insert(typed.of, (of_rule, typed.uses_per_code));
            }
            (Ok(()), None) => {}
        }
    }
    Ok(limits)
}

async fn take_coupons(
    tx: &mut TenantTx,
    hold: &Hold,
    requested: &[RequestedUse],
    now: DateTime<Utc>,
    problems: &mut Vec<FieldProblem>,
) -> Result<(), Problem> {
    let ids: Vec<CouponId> = requested
        .iter()
        .filter_map(|requested| requested.used.coupon)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut coupons = store::coupons::lock(tx, &ids).await?;
    let before = problems.len();
    for (index, asked) in requested.iter().enumerate() {
        let Some(id) = asked.used.coupon else {
            continue;
        };
        let own = |coupon: &&mut Coupon| is_own(coupon, id, hold);
        let judged = match coupons.iter_mut().find(own) {
            None => Err(Refusal::new(MembershipReason::CouponNotYours)),
            Some(coupon) => coupon.check_use(now, 0).map(|()| coupon.held += 1),
        };
        if let Err(refusal) = judged {
            problems.push(refusal.at(asked.field(index)));
        }
    }
    if problems.len() > before {
        return Ok(());
    }
    Ok(store::coupons::update(tx, &coupons).await?)
}

fn is_own(coupon: &Coupon, id: CouponId, hold: &Hold) -> bool {
    coupon.id == id && Some(coupon.member) == hold.member
}

async fn take_points(
    tx: &mut TenantTx,
    hold: &Hold,
    now: DateTime<Utc>,
    problems: &mut Vec<FieldProblem>,
) -> Result<(), Problem> {
    if hold.points == 0 {
        return Ok(());
    }
    let (Some(member), Some(programme)) = (hold.member, hold.programme) else {
        problems.push(Refusal::new(MembershipReason::NeedsLogin).at("points"));
        return Ok(());
    };
    let held = points::holds::hold(tx, member, hold.order, programme, hold.points, now).await;
    let Err(problem) = held else {
        return Ok(());
    };
    if matches!(problem.code(), Code::Internal | Code::Unavailable) {
        return Err(problem);
    }
    problems.push(FieldProblem::new("points", problem.reason, problem.params));
    Ok(())
}

/// Names the uses whose counters have not enough left. A customer who has taken it with an open
/// order of their own gets that order's id.
async fn refuse_counters(
    tx: &mut TenantTx,
    requested: &[RequestedUse],
    missing: &[CounterKey],
    (customer, order): (&Customer, OrderId),
    problems: &mut Vec<FieldProblem>,
) -> Result<(), Problem> {
    let rules: BTreeSet<BenefitRuleId> = missing.iter().map(|counter| counter.rule).collect();
    let rules: Vec<_> = rules.into_iter().collect();
    let open = store::holds::list_open_uses(tx, customer.key(), &rules).await?;
    for (index, asked) in requested.iter().enumerate() {
        let of_use = missing
            .iter()
            .filter(|counter| counter.rule == asked.used.rule);
        let kinds: Vec<_> = of_use.map(|counter| counter.kind).collect();
        if kinds.is_empty() {
            continue;
        }
        let by_customer =
            |kind: &CounterKind| matches!(kind, CounterKind::Customer | CounterKind::CustomerDay);
        let reason = match asked.used.class {
            UseClass::Code if kinds.iter().any(by_customer) => MembershipReason::PerMemberLimit,
            UseClass::Code => MembershipReason::CodeUsedUp,
            UseClass::Promotion | UseClass::Tier | UseClass::Coupon => MembershipReason::RuleUsedUp,
        };
        let own = open
            .iter()
            .find(|open| open.rule == asked.used.rule && open.order != order);
        let refusal = Refusal::new(reason).held_by(own.map(|open| open.order));
        problems.push(refusal.at(asked.field(index)));
    }
    Ok(())
}
