//! Merging two members, and undoing it. Everything that moves remembers the merging, so that it moves back.

use chassis::{
    db::TenantTx,
    error::{Problem, check_version},
    id::{AccountId, MemberId, MemberMergeId, OrderId, OrganisationId},
};
use proto::{
    membership::v1::MembershipReason,
    ordering::v1::{
        FindOrderStatesRequest, OrderState, ordering_service_client::OrderingServiceClient,
    },
};

use crate::{
    app::{Dependencies, coupons, points, sessions, tags},
    domain::member::{self, MOST_ADDRESSES, Member, MemberState, UNDO_MERGE_WITHIN},
    store::{self, merges::Merge},
};

/// Begins the entry of a merging's filled fields that holds the kept member's state before.
const STATE_BEFORE: &str = "state=";

/// Refuses with `MERGE_CONFLICT` when both members have orders that wait for their payment: ordering is asked
/// about those that are known here. Called before the transaction that merges.
pub async fn check_payments(
    deps: &Dependencies,
    org: OrganisationId,
    one: MemberId,
    other: MemberId,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let of_one = store::member_orders::list_pending(&mut tx, one).await?;
    let of_other = store::member_orders::list_pending(&mut tx, other).await?;
    tx.rollback().await?;
    if of_one.is_empty() || of_other.is_empty() {
        return Ok(());
    }
    let waits = waiting(deps, org, [of_one.as_slice(), &of_other].concat()).await?;
    let any = |orders: &[OrderId]| orders.iter().any(|order| waits.contains(order));
    if any(&of_one) && any(&of_other) {
        return Err(Problem::new(MembershipReason::MergeConflict)
            .message("both members have orders that wait for their payment"));
    }
    Ok(())
}

/// Those of the orders that wait for their payment now.
async fn waiting(
    deps: &Dependencies,
    org: OrganisationId,
    orders: Vec<OrderId>,
) -> Result<Vec<OrderId>, Problem> {
    let mut ordering = OrderingServiceClient::new(deps.peers.channel_for("ordering", org));
    let request = FindOrderStatesRequest {
        order_ids: orders.iter().map(ToString::to_string).collect(),
    };
    let found = ordering.find_order_states(request).await;
    let found = found.map_err(|status| Problem::from_status(&status))?;
    let waits = found.into_inner().orders.into_iter();
    let waits = waits.filter(|order| order.state() == OrderState::PendingPayment);
    let ids = waits.map(|order| order.order_id.parse().map_err(Problem::internal));
    ids.collect()
}

/// A member and the version it was read at.
pub type Read = (MemberId, i64);

/// Merges two members; the older one is kept.
pub async fn merge(
    deps: &Dependencies,
    tx: &mut TenantTx,
    (one, other): (Read, Read),
    reason: String,
    account: AccountId,
) -> Result<(Merge, Member), Problem> {
    let now = deps.clock.now();
    // Rows are locked in the order of their ids.
    let (first, second) = if one.0 < other.0 {
        (one, other)
    } else {
        (other, one)
    };
    let first_member = super::lock(tx, first.0).await?;
    let second_member = super::lock(tx, second.0).await?;
    check_version(first.1, first_member.version)?;
    check_version(second.1, second_member.version)?;
    let (mut kept, mut merged) = member::older_first(first_member, second_member);
    let mut filled = member::fill(&mut kept, &merged);
    // Who is on the blacklist does not leave it by merging.
    if merged.state == MemberState::Blocked || kept.state == MemberState::Active {
        filled.push(format!("{STATE_BEFORE}{}", kept.state));
        kept.state = merged.state;
    }
    let merge = Merge {
        id: MemberMergeId::new(&*deps.clock),
        member: kept.id,
        merged: merged.id,
        merged_state: merged.state,
        filled,
        reason,
        account,
        at: now,
        undone_at: None,
    };
    merged.state = MemberState::Merged;
    merged.merged_into = Some(kept.id);
    merged.session_generation += 1;
    merged.version += 1;
    kept.version += 1;
    store::members::update(tx, &merged, false).await?;
    store::members::delete_terms(tx, merged.id).await?;
    store::members::update(tx, &kept, true).await?;
    store::merges::insert(tx, &merge).await?;
    sessions::end(deps, tx, merged.id, None, None).await?;
    let known = store::addresses::list(tx, kept.id).await?.len();
    let remaining = i64::try_from(MOST_ADDRESSES.saturating_sub(known)).unwrap_or_default();
    store::addresses::merge(tx, merge.id, merged.id, kept.id, remaining).await?;
    store::addresses::prefer_oldest(tx, kept.id).await?;
    store::notes::merge(tx, merge.id, merged.id, kept.id).await?;
    store::member_orders::merge(tx, merge.id, merged.id, kept.id).await?;
    points::merge::merge(tx, merge.id, merged.id, kept.id, now).await?;
    tags::merge::merge(tx, merge.id, merged.id, kept.id, now).await?;
    coupons::merge::merge(tx, merge.id, merged.id, kept.id, now).await?;
    store::giving::merge(tx, merge.id, merged.id, kept.id).await?;
    store::members::recount_orders(tx, kept.id).await?;
    store::members::recount_orders(tx, merged.id).await?;
    super::publish(deps, tx, &merged).await?;
    super::publish(deps, tx, &kept).await?;
    let kept = super::lock(tx, kept.id).await?;
    Ok((merge, kept))
}

/// Undoes a merging. Refuses with `UNDO_PERIOD_CLOSED`, and with `PHONE_TAKEN` when the merged member's phone is
/// another's by now; one that was undone stays so.
pub async fn undo(
    deps: &Dependencies,
    tx: &mut TenantTx,
    id: MemberMergeId,
) -> Result<Merge, Problem> {
    let now = deps.clock.now();
    let unknown = || Problem::not_found("merging");
    let mut merge = store::merges::lock(tx, id).await?.ok_or_else(unknown)?;
    if merge.undone_at.is_some() {
        return Ok(merge);
    }
    if merge.at + UNDO_MERGE_WITHIN <= now {
        return Err(Problem::new(MembershipReason::UndoPeriodClosed)
            .message("the merging is too old to be undone")
            .param("days", UNDO_MERGE_WITHIN.num_days()));
    }
    let (first, second) = if merge.member < merge.merged {
        (merge.member, merge.merged)
    } else {
        (merge.merged, merge.member)
    };
    for id in [first, second] {
        store::members::lock(tx, id).await?;
    }
    let kept = store::members::find(tx, merge.member).await?;
    let merged = store::members::find(tx, merge.merged).await?;
    let (Some(mut kept), Some(mut merged)) = (kept, merged) else {
        return Err(super::unknown());
    };
    // Erased since, or merged on: the later merging is undone first.
    if !kept.state.exists() || merged.merged_into != Some(kept.id) {
        return Err(super::unknown());
    }
    member::unfill(&mut kept, &merged, &merge.filled);
    let before = merge
        .filled
        .iter()
        .find_map(|field| field.strip_prefix(STATE_BEFORE));
    if let Some(before) = before.and_then(MemberState::from_word)
        && kept.state == merge.merged_state
    {
        kept.state = before;
    }
    merged.state = merge.merged_state;
    merged.merged_into = None;
    merged.version += 1;
    kept.version += 1;
    store::members::update(tx, &kept, true).await?;
    store::members::update(tx, &merged, true).await?;
    store::addresses::undo_merge(tx, id, kept.id, merged.id).await?;
    store::addresses::prefer_oldest(tx, kept.id).await?;
    store::addresses::prefer_oldest(tx, merged.id).await?;
    store::notes::undo_merge(tx, id, kept.id, merged.id).await?;
    store::member_orders::undo_merge(tx, id, kept.id, merged.id).await?;
    points::merge::undo(tx, id, merged.id, kept.id, now).await?;
    tags::merge::undo(tx, id, merged.id, kept.id, now).await?;
    coupons::merge::undo(tx, id, merged.id, kept.id, now).await?;
    store::giving::undo_merge(tx, id, kept.id).await?;
    store::members::recount_orders(tx, kept.id).await?;
    store::members::recount_orders(tx, merged.id).await?;
    store::merges::set_undone(tx, id, now).await?;
    super::publish(deps, tx, &kept).await?;
    super::publish(deps, tx, &merged).await?;
    merge.undone_at = Some(now);
    Ok(merge)
}
