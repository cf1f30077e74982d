//! What one customer may use in one cart.

use chassis::{
    db::TenantTx,
    error::{Problem, Reason},
    id::{
        BenefitRuleId, BranchId, BrandId, CouponId, MemberId, OrderId, OrganisationId,
        PromoCodeTextId,
    },
    time,
};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use proto::membership::v1::{BenefitRule, MembershipReason};
use uuid::Uuid;

use super::code_attempts::CodeAttempts;
use crate::{
    app::{Dependencies, members, points, tags, tiers},
    domain::benefits::{
        code::{self, CodeMember, FoundCode, Usage},
        code_text,
        counter::{CountedUse, CounterKind},
        coupon::Coupon,
        customer::Customer,
        hold::{HoldState, Use},
        refusal::Refusal,
    },
    store::{self, counters::Counter, holds::OpenUse, promo_codes::TypedCode},
};

/// Most coupons that are proposed.
const MOST_PROPOSED: i64 = 50;

/// What is asked.
#[derive(Clone, Debug)]
pub struct FindRequest {
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Who asks.
    pub customer: Customer,
    /// Codes as typed.
    pub codes: Vec<String>,
    /// Coupons.
    pub coupons: Vec<CouponId>,
    /// Rules with limits that act automatically.
    pub rules: Vec<BenefitRuleId>,
    /// Order whose own uses are not counted.
    pub order: Option<OrderId>,
    /// What wrong codes are counted by.
    pub attempt_keys: Vec<String>,
    /// Business day.
    pub business_day: NaiveDate,
    /// Proposes coupons.
    pub with_coupons: bool,
}

/// A code or coupon with its rule, or with why it cannot be used.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The code as typed, or the coupon's id.
    pub entered: String,
    /// Code.
    pub code: Option<PromoCodeTextId>,
    /// Coupon.
    pub coupon: Option<CouponId>,
    /// Its rule, or the refusal.
    pub rule: Result<BenefitRule, Refusal>,
}

/// A member with all that rules ask of one.
#[derive(Clone, Debug)]
pub struct MemberBenefits {
    /// Member.
    pub id: MemberId,
    /// Facts.
    pub facts: members::facts::MemberFacts,
    /// Tier.
    pub tier: Option<Uuid>,
    /// Tags.
    pub tags: Vec<Uuid>,
    /// Points that may be used.
    pub points: u32,
}

/// What a customer may use.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The member.
    pub member: Option<MemberBenefits>,
    /// Codes, in the request's order.
    pub codes: Vec<Entered>,
    /// Coupons, in the request's order.
    pub coupons: Vec<Entered>,
    /// What other orders have used of rules.
    pub usages: Vec<(BenefitRuleId, Usage)>,
    /// Coupons that could be used.
    pub usable: Vec<Entered>,
}

/// Finds what a customer may use; wrong codes are counted, and too many refuse the request.
pub async fn find(
    deps: &Dependencies,
    org: OrganisationId,
    request: &FindRequest,
) -> Result<Found, Problem> {
    let now = deps.clock.now();
    let attempts = CodeAttempts::new(org, &request.attempt_keys);
    if !request.codes.is_empty() {
        attempts.check(&mut deps.redis.clone()).await?;
    }
    let mut tx = deps.db.tenant(org).await?;
    let found = find_in(&mut tx, request, now).await?;
    tx.rollback().await?;
    let wrong = |entered: &&Entered| matches!(&entered.rule, Err(refusal) if refusal.reason == Reason::from(MembershipReason::CodeInvalid));
    let wrong = found.codes.iter().filter(wrong).count();
    attempts.count(&mut deps.redis.clone(), wrong).await;
    Ok(found)
}

async fn find_in(
    tx: &mut TenantTx,
    request: &FindRequest,
    now: DateTime<Utc>,
) -> Result<Found, Problem> {
    let member = match request.customer.member {
        Some(member) => find_member(tx, request, member).await?,
        None => None,
    };
    let normalised: Vec<_> = request
        .codes
        .iter()
        .map(|typed| code_text::normalised(typed))
        .collect();
    let known: Vec<String> = normalised.iter().flatten().cloned().collect();
    let typed = if known.is_empty() {
        Vec::new()
    } else {
        store::promo_codes::find_typed(tx, &known).await?
    };
    let counters = Counters::read(tx, request, &typed).await?;
    let for_codes = member.as_ref().map(code_member);
    let mut codes: Vec<Entered> = Vec::with_capacity(request.codes.len());
    for (entered, normalised) in request.codes.iter().zip(&normalised) {
        let typed = typed
            .iter()
            .find(|typed| Some(&typed.code) == normalised.as_ref());
        let twice = typed.is_some_and(|typed| codes.iter().any(|code| is_of(code, typed)));
        let rule = judge_code(request, typed, twice, &counters, for_codes.as_ref(), now);
        codes.push(Entered {
            entered: entered.clone(),
            code: typed.filter(|_| rule.is_ok()).map(|typed| typed.id),
            coupon: None,
            rule,
        });
    }
    let usages = counters.all(request, &typed);
    let (coupons, usable) = find_coupons(tx, request, &counters, now).await?;
    Ok(Found {
        member,
        codes,
        coupons,
        usages,
        usable,
    })
}

async fn find_member(
    tx: &mut TenantTx,
    request: &FindRequest,
    id: MemberId,
) -> Result<Option<MemberBenefits>, Problem> {
    let Some(facts) = members::facts::find(tx, id).await? else {
        return Ok(None);
    };
    Ok(Some(MemberBenefits {
        id,
        facts,
        tier: tiers::current::find(tx, id, request.brand).await?,
        tags: tags::of_member::find(tx, id).await?,
        points: points::holds::available(tx, id, request.brand, request.order).await?,
    }))
}

fn code_member(member: &MemberBenefits) -> CodeMember {
    CodeMember {
        tier: member.tier,
        tags: member.tags.clone(),
        first_order: member.facts.first_order,
        birth_month: member.facts.birth_month,
    }
}

/// Whether an entered code has the rule of another one: two codes of a batch do not add up.
fn is_of(entered: &Entered, typed: &TypedCode) -> bool {
    matches!(&entered.rule, Ok(rule) if rule.rule_id == typed.of.to_string())
}

fn judge_code(
    request: &FindRequest,
    typed: Option<&TypedCode>,
    twice: bool,
    counters: &Counters,
    member: Option<&CodeMember>,
    now: DateTime<Utc>,
) -> Result<BenefitRule, Refusal> {
    let typed = typed.ok_or_else(|| Refusal::new(MembershipReason::CodeInvalid))?;
    let found = FoundCode {
        rule: &typed.rule,
        active: typed.active,
        uses_per_code: typed.uses_per_code,
        usage: counters.usage(request, typed.of, Some(typed.id)),
        own_order: counters
            .open
            .iter()
            .find(|open| open.rule == typed.of)
            .map(|open| open.order),
    };
    let month = u8::try_from(request.business_day.month()).unwrap_or_default();
    code::judge(&found, request.brand, member, month, now)?;
    if twice {
        return Err(Refusal::new(MembershipReason::NotCombinable));
    }
    Ok(typed.rule.clone())
}

async fn find_coupons(
    tx: &mut TenantTx,
    request: &FindRequest,
    counters: &Counters,
    now: DateTime<Utc>,
) -> Result<(Vec<Entered>, Vec<Entered>), Problem> {
    let found = if request.coupons.is_empty() {
        Vec::new()
    } else {
        store::coupons::find_many(tx, &request.coupons).await?
    };
    let mut coupons: Vec<Entered> = Vec::with_capacity(request.coupons.len());
    for id in &request.coupons {
        let coupon = found.iter().find(|coupon| coupon.id == *id);
        let twice = coupons
            .iter()
            .any(|entered| entered.entered == id.to_string());
        let rule = judge_coupon(request, coupon, counters, now);
        let rule = rule.and_then(|rule| {
            if twice {
                return Err(Refusal::new(MembershipReason::NotCombinable));
            }
            Ok(rule)
        });
        coupons.push(entered_coupon(*id, rule));
    }
    let usable = match request.customer.member {
        Some(member) if request.with_coupons => {
            store::coupons::list_usable(tx, member, now, MOST_PROPOSED).await?
        }
        _ => Vec::new(),
    };
    let usable = usable.iter().filter(|coupon| {
        coupon.valid_from <= now && coupon.is_for_branch(request.brand, request.branch)
    });
    let usable = usable.map(|coupon| entered_coupon(coupon.id, Ok(coupon.rule())));
    Ok((coupons, usable.collect()))
}

fn entered_coupon(id: CouponId, rule: Result<BenefitRule, Refusal>) -> Entered {
    Entered {
        entered: id.to_string(),
        code: None,
        coupon: Some(id),
        rule,
    }
}

fn judge_coupon(
    request: &FindRequest,
    coupon: Option<&Coupon>,
    counters: &Counters,
    now: DateTime<Utc>,
) -> Result<BenefitRule, Refusal> {
    let Some(member) = request.customer.member else {
        return Err(Refusal::new(MembershipReason::NeedsLogin));
    };
    let own = coupon.filter(|coupon| coupon.member == member);
    let coupon = own.ok_or_else(|| Refusal::new(MembershipReason::CouponNotYours))?;
    let by_order = counters
        .own
        .iter()
        .filter(|used| used.coupon == Some(coupon.id));
    coupon.check_use(now, i32::try_from(by_order.count()).unwrap_or(i32::MAX))?;
    Ok(coupon.rule())
}

/// What was used of the rules that a request concerns.
struct Counters {
    taken: Vec<Counter>,
    /// What the order of the request uses itself.
    own: Vec<Use>,
    /// Business day of that order, by which its uses were counted.
    own_day: NaiveDate,
    /// What open orders of the customer use.
    open: Vec<OpenUse>,
}

impl Counters {
    async fn read(
        tx: &mut TenantTx,
        request: &FindRequest,
        typed: &[TypedCode],
    ) -> Result<Self, Problem> {
        let rules: Vec<_> = request
            .rules
            .iter()
            .copied()
            .chain(typed.iter().map(|typed| typed.of))
            .collect();
        let mut counters = Self {
            taken: Vec::new(),
            own: Vec::new(),
            own_day: request.business_day,
            open: Vec::new(),
        };
        if let Some(order) = request.order
            && let Some(hold) = store::holds::find(tx, order).await?
            && hold.state != HoldState::Released
        {
            counters.own = store::holds::list_uses(tx, order).await?;
            counters.own.retain(|used| !used.returned);
            counters.own_day = hold.business_day;
        }
        if rules.is_empty() {
            return Ok(counters);
        }
        let mut keys = Vec::new();
        for used in rules.iter().map(|rule| counted(request, *rule, None)) {
            let kinds = [
                CounterKind::Customer,
                CounterKind::CustomerDay,
                CounterKind::Day,
            ];
            keys.extend(kinds.map(|kind| used.counter(kind).key));
        }
        keys.extend(typed.iter().map(|typed| typed.id.to_string()));
        keys.sort();
        keys.dedup();
        counters.taken = store::counters::list(tx, &rules, &keys).await?;
        if !typed.is_empty() {
            let rules: Vec<_> = typed.iter().map(|typed| typed.of).collect();
            let key = request.customer.key();
            counters.open = store::holds::list_open_uses(tx, key, &rules).await?;
            counters
                .open
                .retain(|open| Some(open.order) != request.order);
        }
        Ok(counters)
    }

    /// What other orders have used of a rule.
    fn usage(
        &self,
        request: &FindRequest,
        rule: BenefitRuleId,
        code: Option<PromoCodeTextId>,
    ) -> Usage {
        let counted = counted(request, rule, code);
        let own = self.own.iter().find(|used| used.rule == rule);
        let taken = |kind: CounterKind| {
            let counter = counted.counter(kind);
            let taken = self.taken.iter().find(|found| found.key == counter);
            let taken = taken.map_or(0, |found| found.taken);
            let by_order = own.filter(|used| {
                let own = used.counted(request.customer.key(), self.own_day);
                used.counters.contains(&kind) && own.counter(kind) == counter
            });
            let by_order = by_order.map_or(0, |used| {
                used.counted(request.customer.key(), self.own_day)
                    .amount(kind)
            });
            taken - by_order
        };
        let by_customer = |kind| {
            if request.customer.key().is_empty() {
                0
            } else {
                taken(kind)
            }
        };
        Usage {
            total: taken(CounterKind::Total),
            customer: by_customer(CounterKind::Customer),
            customer_day: by_customer(CounterKind::CustomerDay),
            day: taken(CounterKind::Day),
            spent: taken(CounterKind::Budget),
            code: code.map_or(0, |_| taken(CounterKind::Code)),
        }
    }

    /// The usage of every rule of the request.
    fn all(&self, request: &FindRequest, typed: &[TypedCode]) -> Vec<(BenefitRuleId, Usage)> {
        let codes = typed.iter().map(|typed| (typed.of, Some(typed.id)));
        let rules = request.rules.iter().map(|rule| (*rule, None)).chain(codes);
        rules
            .map(|(rule, code)| (rule, self.usage(request, rule, code)))
            .collect()
    }
}

fn counted(
    request: &FindRequest,
    rule: BenefitRuleId,
    code: Option<PromoCodeTextId>,
) -> CountedUse<'_> {
    CountedUse {
        rule,
        amount: 0,
        customer: request.customer.key(),
        day: request.business_day,
        code,
    }
}

/// When a rule ends.
#[must_use]
pub fn ends_at(rule: &BenefitRule) -> Option<DateTime<Utc>> {
    let conditions = rule.conditions.as_ref()?;
    time::from_wire(conditions.ends_at.as_ref()?)
}
