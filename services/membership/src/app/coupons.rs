//! Coupons of members: issued, voided, extended, passed on, and redeemed at the counter.

pub mod merge;

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    authn::Identity,
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, FieldProblem, Problem},
    id::{BenefitRuleId, BranchId, BrandId, CouponBatchId, CouponId, MemberId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;

use super::{
    benefits::{coupon_changes, places},
    coupon_templates,
};
use crate::{
    domain::benefits::{
        code_text,
        counter::{CounterKey, CounterKind, Take},
        coupon::{Coupon, CouponEnd, CouponEntryKind, CouponState},
        coupon_template::{Template, TemplateState},
        refusal::Refusal,
    },
    store::{
        self,
        coupon_entries::CouponEntry,
        coupons::{Batch, Filter, NewCoupon},
    },
};

/// How long ago a coupon may have been scanned offline.
const OFFLINE: TimeDelta = TimeDelta::hours(24);
/// How far the clock of a till may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How long a member sees coupons that are over.
const SHOWN_AFTER: TimeDelta = TimeDelta::days(90);
/// Most coupons a member sees.
const MOST_SHOWN: i64 = 200;
/// Most things that happened to a coupon that are listed.
const MOST_ENTRIES: i64 = 200;
/// Coupons that are extended at a time, and at most.
const EXTENDED_AT_A_TIME: i64 = 1_000;
const MOST_EXTENDED: usize = 100_000;

/// What became of an issue.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Batch.
    pub batch: CouponBatchId,
    /// How many were issued.
    pub count: usize,
    /// Members who got none, with the reason.
    pub refused: Vec<(MemberId, Refusal)>,
}

/// Issues one coupon of a template to each of some members.
pub async fn issue(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    template: BenefitRuleId,
    members: &[MemberId],
    reason: &str,
) -> Result<Issued, Problem> {
    let template = coupon_templates::get(tx, identity, template)
        .await?
        .template;
    places::require_editable(identity, &template.rule)?;
    issue_of(
        tx,
        &identity.actor.name(),
        clock,
        &template,
        members,
        reason,
    )
    .await
}

async fn issue_of(
    tx: &mut TenantTx,
    actor: &str,
    clock: &dyn Clock,
    template: &Template,
    members: &[MemberId],
    reason: &str,
) -> Result<Issued, Problem> {
    let now = clock.now();
    if template.state != TemplateState::Active {
        return Err(Problem::new(MembershipReason::TemplateNotActive)
            .message(format!("the template is {}", template.state))
            .param("state", template.state));
    }
    let Some((valid_from, valid_until)) = template.validity.of_issue(now) else {
        return Err(Problem::new(MembershipReason::CouponExpired)
            .message("the period of the template is over"));
    };
    let known: BTreeSet<_> = store::coupons::list_receivers(tx, members)
        .await?
        .into_iter()
        .collect();
    let mut refused: Vec<(MemberId, Refusal)> = Vec::new();
    let unknown = members.iter().filter(|member| !known.contains(member));
    refused.extend(unknown.map(|member| (*member, Refusal::new(CommonReason::NotFound))));

    let of_member = |member: &MemberId| CounterKey {
        rule: template.id,
        kind: CounterKind::IssuedMember,
        key: member.to_string(),
    };
    let takes = known.iter().map(|member| Take {
        counter: of_member(member),
        day: None,
        amount: 1,
        most: template.per_member_limit.map_or(i64::MAX, i64::from),
    });
    let takes: Vec<_> = takes.collect();
    let full: BTreeSet<_> = store::counters::take(tx, &takes)
        .await?
        .into_iter()
        .collect();
    let (getting, had): (Vec<MemberId>, Vec<MemberId>) = known
        .iter()
        .copied()
        .partition(|member| !full.contains(&of_member(member)));
    let limit = Refusal::new(MembershipReason::IssueLimit);
    refused.extend(had.into_iter().map(|member| (member, limit.clone())));

    let batch = Batch {
        id: CouponBatchId::new(clock),
        template: template.id,
        rule_version: template.rule.version,
        valid_from,
        valid_until,
        uses_allowed: template.uses_per_coupon,
        issued_at: now,
    };
    if getting.is_empty() {
        return Ok(Issued {
            batch: batch.id,
            count: 0,
            refused,
        });
    }
    take_issued(tx, template, getting.len()).await?;
    let coupons = getting.iter().map(|member| NewCoupon {
        id: CouponId::new(clock),
        member: *member,
        code: code_text::random_coupon(rand::random()),
    });
    let coupons: Vec<_> = coupons.collect();
    store::coupons::insert(tx, &batch, &coupons).await?;
    let ids: Vec<_> = coupons.iter().map(|coupon| coupon.id).collect();
    let entry = CouponEntry {
        at: now,
        kind: CouponEntryKind::Issued,
        order: None,
        branch: None,
        actor: actor.to_owned(),
        reason: reason.to_owned(),
    };
    store::coupon_entries::append(tx, clock, &ids, &entry).await?;
    let issued = store::coupons::find_many(tx, &ids).await?;
    coupon_changes::announce(tx, &issued, None, now).await?;
    Ok(Issued {
        batch: batch.id,
        count: issued.len(),
        refused,
    })
}

/// Takes coupons from what a template may issue in all.
async fn take_issued(tx: &mut TenantTx, template: &Template, count: usize) -> Result<(), Problem> {
    let take = Take {
        counter: issued_counter(template.id),
        day: None,
        amount: i64::try_from(count).unwrap_or(i64::MAX),
        most: template.issue_limit.map_or(i64::MAX, i64::from),
    };
    if store::counters::take(tx, &[take]).await?.is_empty() {
        return Ok(());
    }
    let taken = store::counters::list(tx, &[template.id], &[]).await?;
    let taken = taken
        .iter()
        .find(|counter| counter.key.kind == CounterKind::Issued);
    let taken = taken.map_or(0, |counter| counter.taken);
    let left = template.issue_limit.map_or(0, i64::from) - taken;
    Err(Problem::new(MembershipReason::IssueLimit)
        .message("the template issues fewer coupons")
        .param("left", left)
        .field_with("member_ids", MembershipReason::IssueLimit, [("left", left)]))
}

const fn issued_counter(template: BenefitRuleId) -> CounterKey {
    CounterKey {
        rule: template,
        kind: CounterKind::Issued,
        key: String::new(),
    }
}

/// A page of coupons that the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    filter: &Filter,
    now: DateTime<Utc>,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<Coupon>, Problem> {
    if let Some(template) = filter.template {
        coupon_templates::get(tx, identity, template).await?;
    }
    Ok(store::coupons::list(tx, filter, now, after, limit).await?)
}

/// A coupon with what happened to it.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: CouponId,
) -> Result<(Coupon, Vec<CouponEntry>), Problem> {
    let found = store::coupons::find_many(tx, &[id]).await?.pop();
    let coupon = found.ok_or_else(|| Problem::not_found("coupon"))?;
    places::require_visible(tx, identity, &coupon.rule, "coupon").await?;
    let entries = store::coupon_entries::list(tx, id, MOST_ENTRIES).await?;
    Ok((coupon, entries))
}

/// Coupons that are about to change, locked in the order of their ids, that the caller may change.
async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    ids: &[CouponId],
) -> Result<Vec<Coupon>, Problem> {
    let coupons = store::coupons::lock(tx, ids).await?;
    for (index, id) in ids.iter().enumerate() {
        let Some(coupon) = coupons.iter().find(|coupon| coupon.id == *id) else {
            let field = format!("coupon_ids[{index}]");
            return Err(Problem::not_found("coupon").field(field, CommonReason::NotFound));
        };
        places::require_editable(identity, &coupon.rule)?;
    }
    Ok(coupons)
}

/// Voids coupons, all or none of them; returns how many were not void before.
pub async fn void(
    tx: &mut TenantTx,
    identity: &Identity,
    ids: &[CouponId],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let coupons = lock(tx, identity, ids).await?;
    let mut problems = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let coupon = coupons.iter().find(|coupon| coupon.id == *id);
        let used = coupon.is_some_and(|coupon| {
            matches!(coupon.state(now), CouponState::Used | CouponState::Held) || coupon.held > 0
        });
        if used {
            let refusal = Refusal::new(MembershipReason::CouponUsed);
            problems.push(refusal.at(format!("coupon_ids[{index}]")));
        }
    }
    refused(problems)?;
    let mut coupons: Vec<_> = coupons
        .into_iter()
        .filter(|coupon| coupon.ended.is_none())
        .collect();
    for coupon in &mut coupons {
        coupon.ended = Some(CouponEnd::Voided);
    }
    let entry = by(identity, CouponEntryKind::Voided, reason, now);
    coupon_changes::save(tx, &mut coupons, &entry, now).await?;
    let mut by_template = BTreeMap::<BenefitRuleId, i64>::new();
    for coupon in &coupons {
        *by_template.entry(coupon.template).or_default() += 1;
    }
    let given: Vec<_> = by_template
        .into_iter()
        .map(|(template, count)| (issued_counter(template), count))
        .collect();
    store::counters::give_back(tx, &given).await?;
    Ok(coupons.len())
}

fn refused(problems: Vec<FieldProblem>) -> Result<(), Problem> {
    let Some(first) = problems.first() else {
        return Ok(());
    };
    let mut problem = Problem::new(first.reason.clone());
    problem.params.clone_from(&first.params);
    problem.fields = problems;
    Err(problem)
}

fn by(identity: &Identity, kind: CouponEntryKind, reason: &str, now: DateTime<Utc>) -> CouponEntry {
    CouponEntry {
        at: now,
        kind,
        order: None,
        branch: None,
        actor: identity.actor.name(),
        reason: reason.to_owned(),
    }
}

/// Which coupons are extended.
#[derive(Clone, Debug)]
pub enum Extended {
    /// These.
    Coupons(Vec<CouponId>),
    /// All of a template.
    Template(BenefitRuleId),
}

/// Extends the validity of coupons that are neither used nor ended; returns how many.
pub async fn extend(
    tx: &mut TenantTx,
    identity: &Identity,
    which: Extended,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let template = match which {
        Extended::Coupons(ids) => {
            let coupons = lock(tx, identity, &ids).await?;
            return extend_locked(tx, identity, coupons, until, now).await;
        }
        Extended::Template(template) => template,
    };
    let found = coupon_templates::get(tx, identity, template).await?;
    places::require_editable(identity, &found.template.rule)?;
    let (mut extended, mut after) = (0, None);
    while extended < MOST_EXTENDED {
        let limit = EXTENDED_AT_A_TIME;
        let ids = store::coupons::list_extensible(tx, template, until, after, limit).await?;
        let Some(last) = ids.last() else {
            break;
        };
        after = Some(*last);
        let coupons = store::coupons::lock(tx, &ids).await?;
        extended += extend_locked(tx, identity, coupons, until, now).await?;
    }
    Ok(extended)
}

async fn extend_locked(
    tx: &mut TenantTx,
    identity: &Identity,
    coupons: Vec<Coupon>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let open = |coupon: &Coupon| {
        coupon.ended.is_none() && coupon.used < coupon.uses_allowed && coupon.valid_until < until
    };
    let mut coupons: Vec<_> = coupons.into_iter().filter(open).collect();
    for coupon in &mut coupons {
        coupon.valid_until = until;
    }
    let entry = by(identity, CouponEntryKind::Extended, "", now);
    coupon_changes::save(tx, &mut coupons, &entry, now).await?;
    Ok(coupons.len())
}

/// Passes a coupon on to another member: this one ends, and the other gets one like it with the uses that are left.
pub async fn transfer(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    id: CouponId,
    to: MemberId,
) -> Result<Coupon, Problem> {
    let now = clock.now();
    let mut coupon = lock(tx, identity, &[id]).await?.remove(0);
    if coupon.member == to {
        return Ok(coupon);
    }
    if !coupon.transferable {
        return Err(Problem::new(MembershipReason::NotTransferable)
            .message("coupons of this kind cannot be passed on"));
    }
    let usable = coupon.check_use(now.max(coupon.valid_from), 0);
    let held = coupon.held > 0;
    if held || usable.is_err() {
        let used = || Refusal::new(MembershipReason::CouponUsed).held_by(coupon.order);
        let refusal = usable.err().unwrap_or_else(used);
        return Err(refused(vec![refusal.at("coupon_id")])
            .err()
            .unwrap_or_else(|| Problem::not_found("coupon")));
    }
    if store::coupons::list_receivers(tx, &[to]).await?.is_empty() {
        let problem = Problem::not_found("member");
        return Err(problem.field("to_member_id", CommonReason::NotFound));
    }
    let passed = NewCoupon {
        id: CouponId::new(clock),
        member: to,
        code: code_text::random_coupon(rand::random()),
    };
    let batch = Batch {
        id: coupon.batch,
        template: coupon.template,
        rule_version: coupon.rule.version,
        valid_from: coupon.valid_from,
        valid_until: coupon.valid_until,
        uses_allowed: coupon.uses_left(),
        issued_at: now,
    };
    store::coupons::insert(tx, &batch, std::slice::from_ref(&passed)).await?;
    let entry = by(identity, CouponEntryKind::Transferred, "", now);
    store::coupon_entries::append(tx, clock, &[passed.id], &entry).await?;
    coupon.ended = Some(CouponEnd::Transferred);
    coupon_changes::save(tx, std::slice::from_mut(&mut coupon), &entry, now).await?;
    let new = store::coupons::find_many(tx, &[passed.id]).await?;
    coupon_changes::announce(tx, &new, None, now).await?;
    new.into_iter()
        .next()
        .ok_or_else(|| Problem::not_found("coupon"))
}

/// A coupon at the counter of a branch, with why it cannot be redeemed there and then.
pub async fn find_by_code(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    code: &str,
    at: DateTime<Utc>,
) -> Result<(Coupon, Result<(), Refusal>), Problem> {
    let brand = brand_of(tx, identity, branch).await?;
    let coupon = match code_text::normalised_coupon(code) {
        Some(code) => store::coupons::find_by_code(tx, &code).await?,
        None => None,
    };
    let coupon = coupon.ok_or_else(unknown_code)?;
    let judged = judge(tx, &coupon, brand, branch, at).await?;
    Ok((coupon, judged))
}

fn unknown_code() -> Problem {
    Problem::new(MembershipReason::CodeInvalid)
        .message("no coupon has this code")
        .field("code", MembershipReason::CodeInvalid)
}

async fn brand_of(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
) -> Result<BrandId, Problem> {
    let brand = store::branches::find_brand(tx, branch).await?;
    let brand = brand
        .ok_or_else(|| Problem::not_found("branch").field("branch_id", CommonReason::NotFound))?;
    identity.require_branch(brand, branch)?;
    Ok(brand)
}

async fn judge(
    tx: &mut TenantTx,
    coupon: &Coupon,
    brand: BrandId,
    branch: BranchId,
    at: DateTime<Utc>,
) -> Result<Result<(), Refusal>, Problem> {
    if !coupon.is_for_branch(brand, branch) {
        return Ok(Err(Refusal::new(MembershipReason::CouponNotHere)));
    }
    let Err(refusal) = coupon.check_use(at, 0) else {
        return Ok(Ok(()));
    };
    if refusal.reason.as_str() != "COUPON_USED" {
        return Ok(Err(refusal));
    }
    // A conflict says when, where and by whom.
    let entries = store::coupon_entries::list(tx, coupon.id, MOST_ENTRIES).await?;
    let last = entries.into_iter().find(|entry| {
        matches!(
            entry.kind,
            CouponEntryKind::Used | CouponEntryKind::Redeemed
        )
    });
    let Some(last) = last else {
        return Ok(Err(refusal));
    };
    let mut refusal = refusal
        .param("used_at", last.at.to_rfc3339())
        .param("by", &last.actor);
    if let Some(branch) = last.branch {
        refusal = refusal.param("branch_id", branch);
    }
    Ok(Err(refusal))
}

/// 核銷: takes one use of a coupon at the counter of a branch.
pub async fn redeem(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    code: &str,
    scanned_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Coupon, Problem> {
    let at = scanned_at.unwrap_or(now);
    let wrong = |reason| Problem::new(reason).field("redeemed_at", reason);
    if at < now - OFFLINE {
        return Err(wrong(CommonReason::InThePast).param("hours", OFFLINE.num_hours()));
    }
    if at > now + AHEAD {
        return Err(wrong(CommonReason::InTheFuture));
    }
    let brand = brand_of(tx, identity, branch).await?;
    let code = code_text::normalised_coupon(code).ok_or_else(unknown_code)?;
    let found = store::coupons::find_by_code(tx, &code)
        .await?
        .ok_or_else(unknown_code)?;
    let mut locked = store::coupons::lock(tx, &[found.id]).await?;
    let coupon = locked.first_mut().ok_or_else(unknown_code)?;
    if let Err(refusal) = judge(tx, coupon, brand, branch, at).await? {
        let mut problem =
            Problem::new(refusal.reason.clone()).message("the coupon cannot be redeemed");
        for (name, value) in &refusal.params {
            problem = problem.param(*name, value);
        }
        problem.fields.push(refusal.at("code"));
        return Err(problem);
    }
    coupon.used += 1;
    let entry = CouponEntry {
        branch: Some(branch),
        ..by(identity, CouponEntryKind::Redeemed, "", at)
    };
    coupon_changes::save(tx, &mut locked, &entry, now).await?;
    locked.pop().ok_or_else(unknown_code)
}

/// The coupons of a member that can be used in a brand, or those that are over.
pub async fn list_own(
    tx: &mut TenantTx,
    member: MemberId,
    brand: BrandId,
    past: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Coupon>, Problem> {
    let coupons = if past {
        let since = now - SHOWN_AFTER;
        store::coupons::list_past(tx, member, since, now, MOST_SHOWN).await?
    } else {
        store::coupons::list_usable(tx, member, now, MOST_SHOWN).await?
    };
    let here = coupons.into_iter().filter(|coupon| {
        places::brands_of(&coupon.rule).is_none_or(|brands| brands.contains(&brand))
    });
    Ok(here.collect())
}
