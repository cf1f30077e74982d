use std::{collections::BTreeSet, sync::Arc};

use chassis::{id::PauseId, sales::Method};
use chrono_tz::Tz;
use uuid::Uuid;

use super::*;
use crate::domain::{
    hours::{Hours, Period, schedule::Schedule},
    pauses::{ActivePause, Reason, Target},
};

fn at(raw: &str) -> DateTime<Utc> {
    raw.parse().unwrap()
}

/// Every day 10:00–20:00 in Taipei, last order 15 minutes before.
fn schedule() -> Schedule {
    let period = |weekday| Period {
        weekday,
        open_minute: 600,
        close_minute: 1200,
    };
    let hours = Hours {
        periods: (1..=7).map(period).collect(),
        ..Hours::default()
    };
    Schedule::weekly(hours, Tz::Asia__Taipei, 240)
}

fn pause(target: Target, channels: &[Channel], ends_at: Option<&str>) -> ActivePause {
    ActivePause {
        pause_id: PauseId::from_uuid(Uuid::nil()),
        target,
        channels: channels.iter().copied().collect::<BTreeSet<_>>(),
        reason: Reason::Staffing,
        ends_at: ends_at.map(at),
    }
}

fn status(state: BranchState, now: &str, pauses: Vec<ActivePause>) -> OpenStatus {
    let schedule = schedule();
    let usage = CapacityUsage {
        limits: Arc::default(),
        used: Default::default(),
    };
    let demand = usage.limits.least(Channel::Web, Method::Pickup);
    let calendar = schedule.at_for(at(now), Method::Pickup);
    OpenStatus::of(state, &calendar, &Pauses::new(pauses), &usage, &demand)
}

#[test]
fn only_a_live_branch_within_its_hours_and_without_a_pause_is_open() {
    let noon = "2026-09-02T04:00:00Z";
    let open = status(BranchState::Live, noon, Vec::new());
    assert_eq!(open.state, OpenState::Open);
    assert_eq!(open.opens_at, None);
    assert_eq!(open.last_order_at, Some(at("2026-09-02T11:45:00Z")));
    assert_eq!(open.promise.unwrap().1, at("2026-09-02T04:15:00Z"));

    for (state, expected) in [
        (BranchState::Setup, OpenState::Setup),
        (BranchState::Suspended, OpenState::Suspended),
        (BranchState::Closed, OpenState::Closed),
    ] {
        let found = status(state, noon, Vec::new());
        assert_eq!((found.state, found.opens_at), (expected, None));
        assert_eq!((found.last_order_at, found.promise), (None, None));
    }
}

#[test]
fn a_pause_of_the_whole_branch_closes_it_until_it_can_be_ordered_from_again() {
    let noon = "2026-09-02T04:00:00Z";
    for (target, channels, ends_at, expected, opens_at) in [
        // Within the hours it ends the pause itself.
        (
            Target::Branch,
            vec![],
            Some("2026-09-02T05:00:00Z"),
            OpenState::Paused,
            Some("2026-09-02T05:00:00Z"),
        ),
        // After the last order the next day begins.
        (
            Target::Branch,
            vec![],
            Some("2026-09-02T11:50:00Z"),
            OpenState::Paused,
            Some("2026-09-03T02:00:00Z"),
        ),
        (Target::Branch, vec![], None, OpenState::Paused, None),
        (
            Target::Method(Method::Pickup),
            vec![],
            None,
            OpenState::Paused,
            None,
        ),
        (
            Target::Method(Method::OnSite),
            vec![],
            None,
            OpenState::Open,
            None,
        ),
        (
            Target::Branch,
            vec![Channel::UberEats],
            None,
            OpenState::Open,
            None,
        ),
    ] {
        let found = status(
            BranchState::Live,
            noon,
            vec![pause(target.clone(), &channels, ends_at)],
        );
        assert_eq!(
            (found.state, found.opens_at),
            (expected, opens_at.map(at)),
            "{target:?} {channels:?} until {ends_at:?}"
        );
        assert_eq!(found.promise.is_some(), expected == OpenState::Open);
    }
}

#[test]
fn a_closed_branch_opens_when_its_hours_begin_or_a_pause_ends_within_them() {
    let evening = "2026-09-02T11:46:00Z";
    let closed = status(BranchState::Live, evening, Vec::new());
    assert_eq!(closed.state, OpenState::OutsideHours);
    assert_eq!(closed.opens_at, Some(at("2026-09-03T02:00:00Z")));

    let tomorrow = pause(Target::Branch, &[], Some("2026-09-03T03:30:00Z"));
    let closed = status(BranchState::Live, evening, vec![tomorrow]);
    assert_eq!(closed.opens_at, Some(at("2026-09-03T03:30:00Z")));
}
