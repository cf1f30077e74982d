use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::{end::FARTHEST, *};

macro_rules! id {
    ($kind:ident, $n:expr) => {
        chassis::id::$kind::from_uuid(Uuid::from_u128($n))
    };
}

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

fn pause(n: u128, target: Target, ends_at: Option<i64>) -> ActivePause {
    ActivePause {
        pause_id: id!(PauseId, n),
        target,
        channels: BTreeSet::new(),
        reason: Reason::Equipment,
        ends_at: ends_at.map(at),
    }
}

fn line(n: u128, options: &[u128]) -> Line {
    Line {
        product_id: id!(ProductId, n),
        variant_id: id!(VariantId, n + 100),
        option_ids: options.iter().map(|n| id!(OptionId, *n)).collect(),
        category_ids: vec![id!(CategoryId, 500)],
        quantity: 1,
        amount: 50,
        make_seconds: 45,
        station: "吧台".to_owned(),
        print_tag: format!("標籤{n}"),
    }
}

fn sale(lines: &[Line]) -> SaleContext<'_> {
    SaleContext {
        channel: Channel::Web,
        method: Method::Pickup,
        lines,
    }
}

fn places(pauses: Vec<ActivePause>, lines: &[Line], minute: i64) -> Vec<Place> {
    let met = Pauses::new(pauses).matching(&sale(lines), at(minute));
    met.into_iter().map(|paused| paused.place).collect()
}

#[test]
fn every_kind_of_target_is_met_where_it_stands() {
    let lines = [line(1, &[301]), line(2, &[301, 302])];
    for (target, met) in [
        (Target::Product(id!(ProductId, 2)), vec![Place::Line(1)]),
        (Target::Variant(id!(VariantId, 101)), vec![Place::Line(0)]),
        (
            Target::Option(id!(OptionId, 301)),
            vec![Place::Line(0), Place::Line(1)],
        ),
        (
            Target::Category(id!(CategoryId, 500)),
            vec![Place::Line(0), Place::Line(1)],
        ),
        (
            Target::Station("吧台".to_owned()),
            vec![Place::Line(0), Place::Line(1)],
        ),
        (Target::Station("廚房".to_owned()), vec![]),
        (Target::Tag("標籤2".to_owned()), vec![Place::Line(1)]),
        (Target::Method(Method::Pickup), vec![Place::Method]),
        (Target::Method(Method::OnSite), vec![]),
        (Target::Branch, vec![Place::Branch]),
        (Target::Product(id!(ProductId, 101)), vec![]),
    ] {
        assert_eq!(
            places(vec![pause(1, target.clone(), None)], &lines, 0),
            met,
            "{target:?}"
        );
    }
}

#[test]
fn a_pause_concerns_its_channels_only() {
    let lines = [line(1, &[])];
    let of = |channels: &[Channel]| ActivePause {
        channels: channels.iter().copied().collect(),
        ..pause(1, Target::Branch, None)
    };
    assert_eq!(places(vec![of(&[])], &lines, 0), [Place::Branch]);
    assert_eq!(
        places(vec![of(&[Channel::Web])], &lines, 0),
        [Place::Branch]
    );
    assert_eq!(places(vec![of(&[Channel::UberEats])], &lines, 0), []);
}

#[test]
fn what_is_wanted_at_or_after_the_end_is_not_met() {
    let tea = Target::Product(id!(ProductId, 1));
    let lines = [line(1, &[])];
    for (ends_at, minute, met) in [
        (Some(10), 9, true),
        (Some(10), 10, false),
        (Some(10), 600, false),
        (None, 600, true),
    ] {
        let found = !places(vec![pause(1, tea.clone(), ends_at)], &lines, minute).is_empty();
        assert_eq!(found, met, "{ends_at:?} at {minute}");
    }
}

#[test]
fn of_overlapping_pauses_the_last_to_end_is_told() {
    let tea = Target::Product(id!(ProductId, 1));
    let pauses = [
        (Some(30), Reason::Staffing),
        (Some(10), Reason::Equipment),
        (Some(20), Reason::Equipment),
    ];
    let pauses = pauses
        .into_iter()
        .enumerate()
        .map(|(n, (ends_at, reason))| ActivePause {
            reason,
            ..pause(n as u128, tea.clone(), ends_at)
        });
    let pauses = Pauses::new(pauses.collect());
    let met = pauses.matching(&sale(&[line(1, &[])]), at(0));
    assert_eq!(met.len(), 1);
    assert_eq!(
        (met[0].ends_at, met[0].reason),
        (Some(at(30)), Reason::Staffing)
    );
}

#[test]
fn a_branch_is_open_again_after_the_last_of_its_pauses() {
    let both = Pauses::new(vec![
        pause(1, Target::Branch, Some(30)),
        pause(2, Target::Method(Method::Pickup), Some(60)),
    ]);
    let open = |method| both.open_from(Channel::Web, method, at(5));
    assert_eq!(open(Method::Pickup), Some(at(60)));
    assert_eq!(open(Method::OnSite), Some(at(30)));
    let never = Pauses::new(vec![pause(1, Target::Branch, None)]);
    assert_eq!(never.open_from(Channel::Web, Method::Pickup, at(5)), None);
    let none = Pauses::default().open_from(Channel::Web, Method::Pickup, at(5));
    assert_eq!(none, Some(at(5)));
}

#[test]
fn ends_are_taken_from_the_branch_the_clock_or_nothing() {
    let (now, day_end) = (at(100), at(900));
    for (end, daily, instant) in [
        (End::Today, false, Some(day_end)),
        (End::Minutes(30), false, Some(at(130))),
        (End::At(at(7_000)), false, Some(at(7_000))),
        (End::Restocked, false, None),
        (End::Restocked, true, Some(day_end)),
        (End::Manual, true, None),
    ] {
        assert_eq!(end.instant(now, day_end, daily), instant, "{end:?}");
    }
    assert_eq!(End::At(now).check(now), Err(EndProblem::InThePast));
    assert_eq!(End::At(now + FARTHEST).check(now), Ok(()));
    let beyond = now + FARTHEST + TimeDelta::seconds(1);
    assert_eq!(End::At(beyond).check(now), Err(EndProblem::InTheFuture));
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![
        (1_u128..4).prop_map(|n| Target::Product(id!(ProductId, n))),
        (101_u128..104).prop_map(|n| Target::Variant(id!(VariantId, n))),
        (301_u128..304).prop_map(|n| Target::Option(id!(OptionId, n))),
        Just(Target::Category(id!(CategoryId, 500))),
        Just(Target::Station("吧台".to_owned())),
        (1_u128..4).prop_map(|n| Target::Tag(format!("標籤{n}"))),
        Just(Target::Method(Method::Pickup)),
        Just(Target::Branch),
    ]
}

proptest! {
    /// One pause more never makes anything orderable, and one that is over changes nothing.
    #[test]
    fn unavailable_is_what_at_least_one_lasting_pause_meets(
        found in prop::collection::vec((targets(), prop::option::of(0_i64..20)), 0..12),
        products in prop::collection::vec((1_u128..4, 301_u128..304), 0..4),
        minute in 0_i64..25,
    ) {
        let lines: Vec<_> = products.iter().map(|(n, option)| line(*n, &[*option])).collect();
        let pauses: Vec<_> = found
            .iter()
            .enumerate()
            .map(|(n, (target, ends_at))| pause(n as u128, target.clone(), *ends_at))
            .collect();
        let met = Pauses::new(pauses.clone()).matching(&sale(&lines), at(minute));
        let mut alone: Vec<_> = pauses
            .iter()
            .flat_map(|one| Pauses::new(vec![one.clone()]).matching(&sale(&lines), at(minute)))
            .map(|paused| (paused.place, paused.target))
            .collect();
        alone.sort_unstable();
        alone.dedup();
        let together: Vec<_> = met.iter().map(|paused| (paused.place, paused.target.clone())).collect();
        prop_assert_eq!(together, alone);
        for paused in met {
            prop_assert!(paused.ends_at.is_none_or(|end| at(minute) < end));
        }
    }
}
