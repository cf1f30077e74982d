//! Giving: who is due gets the coupons of a rule, once for each occurrence. What is due are rows, so it may end and
//! begin anywhere.

use chassis::{
    clock::Clock,
    db::TenantTx,
    error::{Problem, Reason},
    id::{CouponBatchId, GivingRuleId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;

use crate::{
    app::{
        coupons::issue::{issue_of, issued_left},
        tiers::named,
    },
    domain::benefits::{
        coupon_template::{Template, TemplateState},
        giving::{GivingRule, GivingState},
    },
    store::{self, giving::Due},
};

/// Members taken in one transaction.
const A_BATCH: i64 = 500;

/// Gives coupons to members to whom something happened; whether there may be more.
pub async fn give_due(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    rule: GivingRuleId,
) -> Result<bool, Problem> {
    let now = clock.now();
    let Some(mut rule) = store::giving::lock(tx, rule).await? else {
        return Ok(false);
    };
    let due = store::giving::take_due(tx, rule.id, now, A_BATCH).await?;
    if rule.state == GivingState::Active && !due.is_empty() {
        give(tx, clock, &mut rule, &due).await?;
        store::giving::upsert(tx, &rule).await?;
    }
    Ok(i64::try_from(due.len()).unwrap_or(0) == A_BATCH)
}

/// Goes on with the round of a rule that is due; whether there is more of it.
pub async fn go_round(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    rule: GivingRuleId,
) -> Result<bool, Problem> {
    let now = clock.now();
    let Some(mut rule) = store::giving::lock_round(tx, rule, now).await? else {
        return Ok(false);
    };
    // A round is of the day it begins on, however late it begins and however long it takes.
    let round = match (rule.after, rule.round_at) {
        (Some(_), Some(began_at)) => began_at,
        _ => now,
    };
    rule.round_at = Some(round);
    let members = store::giving::list_receivers(tx, rule.after, A_BATCH).await?;
    let due: Vec<Due> = members
        .iter()
        .filter_map(|member| Some((member.member, rule.occurrence(round, member)?)))
        .collect();
    let due = of_tiers(tx, &rule, due).await?;
    if !due.is_empty() {
        give(tx, clock, &mut rule, &due).await?;
    }
    let is_last = i64::try_from(members.len()).unwrap_or(0) < A_BATCH;
    if is_last {
        rule.after = None;
        rule.round_at = rule.next_round(now);
    } else {
        rule.after = members.last().map(|last| last.member);
    }
    store::giving::upsert(tx, &rule).await?;
    Ok(!is_last)
}

async fn of_tiers(
    tx: &mut TenantTx,
    rule: &GivingRule,
    due: Vec<Due>,
) -> Result<Vec<Due>, Problem> {
    if rule.draft.tiers.is_empty() || due.is_empty() {
        return Ok(due);
    }
    let members: Vec<MemberId> = due.iter().map(|(member, _)| *member).collect();
    let with_tier = named::with_tier(tx, &members, &rule.draft.tiers).await?;
    let of_tiers = due
        .into_iter()
        .filter(|(member, _)| with_tier.contains(member));
    Ok(of_tiers.collect())
}

/// Gives the coupons of a rule that is locked. What stops it is noted in the rule; who is left out by it then is not
/// made up for, except in a later round that still concerns the member.
async fn give(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    rule: &mut GivingRule,
    due: &[Due],
) -> Result<(), Problem> {
    let now = clock.now();
    let members: Vec<MemberId> = due.iter().map(|(member, _)| *member).collect();
    let present = store::giving::present(tx, &members).await?;
    let before = store::giving::given_before(tx, rule, due, now).await?;
    let mut getting: Vec<Due> = due
        .iter()
        .filter(|(member, _)| present.contains(member) && !before.contains(member))
        .cloned()
        .collect();
    // Of several occurrences of one member at once, one.
    getting.sort_unstable();
    getting.dedup_by_key(|(member, _)| *member);
    if getting.is_empty() {
        return Ok(());
    }
    let template = store::coupon_templates::find(tx, rule.draft.template).await?;
    let Some(template) = template.map(|shown| shown.template) else {
        return Ok(());
    };
    let stopped = stopped_by(&template, now);
    let left = match stopped {
        Some(_) => 0,
        None => left(tx, rule, &template).await?,
    };
    let has_all = left >= getting.len();
    getting.truncate(left);
    let limit = (!has_all).then_some(MembershipReason::IssueLimit);
    let stopped = stopped
        .or(limit)
        .map(|reason| Reason::from(reason).to_string());
    rule.stopped_by = stopped.unwrap_or_default();
    if getting.is_empty() {
        return Ok(());
    }
    let (given, batch) = issue(tx, clock, rule, &template, &getting).await?;
    if given.is_empty() {
        return Ok(());
    }
    store::giving::insert_given(tx, rule.id, &given, batch, now).await?;
    rule.last_given_at = Some(now);
    Ok(())
}

/// Issues as many coupons to each as the rule says: who got any, and their batch.
async fn issue(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    rule: &mut GivingRule,
    template: &Template,
    getting: &[Due],
) -> Result<(Vec<Due>, CouponBatchId), Problem> {
    let mut members: Vec<MemberId> = getting.iter().map(|(member, _)| *member).collect();
    let (mut given, mut batch) = (Vec::new(), None);
    for time in 0..rule.draft.count {
        let issued = issue_of(tx, "", clock, template, &members, &rule.draft.name).await?;
        let refused: Vec<MemberId> = issued.refused.iter().map(|(member, _)| *member).collect();
        members.retain(|member| !refused.contains(member));
        rule.given += i64::try_from(issued.count).unwrap_or(0);
        if time == 0 {
            batch = Some(issued.batch);
            let got = |(member, _): &&Due| members.contains(member);
            given = getting.iter().filter(got).cloned().collect();
        }
        if members.is_empty() {
            break;
        }
    }
    let batch = batch.unwrap_or_else(|| CouponBatchId::new(clock));
    Ok((given, batch))
}

/// Why a template issues nothing.
fn stopped_by(template: &Template, now: DateTime<Utc>) -> Option<MembershipReason> {
    if template.state != TemplateState::Active {
        return Some(MembershipReason::TemplateNotActive);
    }
    let over = template.validity.of_issue(now).is_none();
    over.then_some(MembershipReason::CouponExpired)
}

/// Members that there are coupons left for, by the limits of the rule and of the template.
async fn left(tx: &mut TenantTx, rule: &GivingRule, template: &Template) -> Result<usize, Problem> {
    let of_template = issued_left(tx, template).await?;
    let of_template = of_template.map(|left| left / i64::from(rule.draft.count));
    let left = [rule.members_left(), of_template]
        .into_iter()
        .flatten()
        .min();
    Ok(left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(0)))
}
