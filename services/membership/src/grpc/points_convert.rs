//! Points on the wire.

use chassis::time;
use chrono::{DateTime, Utc};
use proto::membership::v1::{self as wire, PendingPoints, PointsAccount, PointsLotChange};

use crate::{
    app::points::view::{AccountView, ShownEntry},
    domain::{
        points::rules::Rules,
        programme::{self, Programme},
    },
    store::points::{adjustments::Adjustment, entries::LotView, programmes::Outstanding},
};

/// A programme with what members have.
pub fn programme(
    programme: &Programme<Rules>,
    outstanding: Outstanding,
    now: DateTime<Utc>,
) -> wire::PointsProgramme {
    let current = programme.in_force(now);
    let versions = programme
        .versions
        .iter()
        .map(|version| wire::PointsProgrammeVersion {
            version: version.number,
            state: programme.state(version, now).to_wire(),
            effective_at: Some(time::to_wire(version.effective_at)),
            rules: Some(version.rules.wire().clone()),
            saved_at: Some(time::to_wire(version.saved_at)),
            saved_by: version.saved_by.to_string(),
        });
    wire::PointsProgramme {
        programme_id: programme.id.to_string(),
        scope: programme::scope(programme.brand).into(),
        brand_id: programme.brand.map(|id| id.to_string()),
        version: programme.version,
        versions: versions.collect(),
        outstanding_points: outstanding.points,
        pending_points: outstanding.pending,
        debt_points: outstanding.debt,
        liability: current.map_or(0, |version| version.rules.worth(outstanding.points)),
    }
}

/// An account.
pub fn account(view: &AccountView, at: DateTime<Utc>) -> PointsAccount {
    let current = view.programme.in_force(at);
    let unit_name = current.map(|version| version.rules.wire().unit_name.clone());
    PointsAccount {
        programme_id: view.programme.id.to_string(),
        scope: programme::scope(view.programme.brand).into(),
        brand_id: view.programme.brand.map(|id| id.to_string()),
        unit_name: unit_name.unwrap_or_default(),
        balance: view.balances.balance,
        held: view.balances.held,
        pending: view.balances.pending,
        debt: view.balances.debt,
        worth: current.map_or(0, |version| {
            version.rules.worth(view.balances.balance.into())
        }),
        lots: view.lots.iter().map(lot).collect(),
        pending_points: view
            .pending
            .iter()
            .map(|order| PendingPoints {
                order_id: order.id.to_string(),
                order_number: order.number.clone(),
                points: order.earned,
                due_at: order.due_at.map(time::to_wire),
            })
            .collect(),
    }
}

fn lot(lot: &LotView) -> wire::PointsLot {
    wire::PointsLot {
        lot_id: lot.id.to_string(),
        credited: lot.credited,
        remaining: i32::try_from(lot.remaining).unwrap_or(i32::MAX),
        held: lot.held,
        credited_at: Some(time::to_wire(lot.credited_at)),
        expires_at: lot.expires_at.map(time::to_wire),
        order_id: lot.order.map(|id| id.to_string()),
    }
}

/// An entry.
pub fn entry((entry, lots): &ShownEntry) -> wire::PointEntry {
    let lots = lots.iter().take(50).map(|change| PointsLotChange {
        lot_id: change.lot.to_string(),
        points: change.points,
        expires_at: change.expires_at.map(time::to_wire),
    });
    wire::PointEntry {
        entry_id: entry.id.to_string(),
        at: Some(time::to_wire(entry.at)),
        member_id: entry.member.to_string(),
        programme_id: entry.programme.to_string(),
        kind: entry.kind.to_wire(),
        points: entry.points,
        balance: entry.balance,
        pending: entry.pending,
        debt: entry.debt,
        lots: lots.collect(),
        order_id: entry.order.map(|id| id.to_string()),
        order_number: entry.order_number.clone(),
        branch_id: entry.branch.map(|id| id.to_string()),
        refund_id: entry.refund.map(|id| id.to_string()),
        programme_version: entry.programme_version,
        explanation: entry.explanation.clone(),
        params: entry.params().into_iter().collect(),
        operator: entry.operator.map(|id| id.to_string()),
        reason: entry.reason.clone(),
    }
}

/// An adjustment.
pub fn adjustment(adjustment: &Adjustment) -> wire::PointAdjustment {
    wire::PointAdjustment {
        adjustment_id: adjustment.id.to_string(),
        member_id: adjustment.member.to_string(),
        programme_id: adjustment.programme.to_string(),
        points: adjustment.points,
        reason: adjustment.reason.clone(),
        state: adjustment.state.to_wire(),
        requested_by: adjustment.requested_by.to_string(),
        requested_at: Some(time::to_wire(adjustment.requested_at)),
        decided_by: adjustment.decided_by.map(|id| id.to_string()),
        decided_at: adjustment.decided_at.map(time::to_wire),
        decision_note: adjustment.decision_note.clone(),
        entry_id: adjustment.entry.map(|id| id.to_string()),
    }
}
