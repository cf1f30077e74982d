//! Coupons that are issued.

use std::collections::BTreeSet;

use chassis::{
    authn::Identity,
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{BenefitRuleId, CouponBatchId, CouponId, MemberId},
};
use proto::membership::v1::MembershipReason;

use crate::{
    app::{
        benefits::{coupon_changes, places},
        coupon_templates,
    },
    domain::benefits::{
        code_text,
        counter::{CounterKey, CounterKind, Take},
        coupon::CouponEntryKind,
        coupon_template::{Template, TemplateState},
        refusal::Refusal,
    },
    store::{
        self,
        coupon_entries::CouponEntry,
        coupons::{Batch, NewCoupon},
    },
};

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

/// As [`issue`], for rules too.
pub async fn issue_of(
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

    let known: Vec<_> = known.into_iter().collect();
    let (getting, had) = take_of_members(tx, template, &known).await?;
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

/// Takes a coupon from what each member may get of a template: who may, and who has the most already.
pub async fn take_of_members(
    tx: &mut TenantTx,
    template: &Template,
    members: &[MemberId],
) -> Result<(Vec<MemberId>, Vec<MemberId>), Problem> {
    let of_member = |member: &MemberId| CounterKey {
        rule: template.id,
        kind: CounterKind::IssuedMember,
        key: member.to_string(),
    };
    let takes = members.iter().map(|member| Take {
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
    Ok(members
        .iter()
        .copied()
        .partition(|member| !full.contains(&of_member(member))))
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
    let left = issued_left(tx, template).await?.unwrap_or(i64::MAX);
    Err(Problem::new(MembershipReason::IssueLimit)
        .message("the template issues fewer coupons")
        .param("left", left)
        .field_with("member_ids", MembershipReason::IssueLimit, [("left", left)]))
}

/// Coupons that a template may still issue; none without a limit.
pub async fn issued_left(tx: &mut TenantTx, template: &Template) -> Result<Option<i64>, Problem> {
    let Some(limit) = template.issue_limit else {
        return Ok(None);
    };
    let counters = store::counters::list(tx, &[template.id], &[]).await?;
    let issued = counters
        .iter()
        .find(|counter| counter.key.kind == CounterKind::Issued);
    let issued = issued.map_or(0, |counter| counter.taken);
    Ok(Some((i64::from(limit) - issued).max(0)))
}

/// Counts the coupons that a template has issued.
pub const fn issued_counter(template: BenefitRuleId) -> CounterKey {
    CounterKey {
        rule: template,
        kind: CounterKind::Issued,
        key: String::new(),
    }
}
