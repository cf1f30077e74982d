use chassis::error::FieldProblem;
use uuid::Uuid;

use super::*;

fn date(raw: &str) -> NaiveDate {
    raw.parse().unwrap()
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

/// Special day `n`, closed, of a branch or of the brand.
fn closed(n: u128, of: Option<u128>, from: &str, to: &str, locked: bool) -> SpecialDay {
    SpecialDay {
        special_day_id: SpecialDayId::from_uuid(Uuid::from_u128(n)),
        brand_id: BrandId::from_uuid(Uuid::nil()),
        branch_id: of.map(branch),
        day: Day {
            name: format!("day {n}"),
            from: date(from),
            to: date(to),
            periods: Vec::new(),
            locked,
        },
        version: 1,
    }
}

fn names(days: &[SpecialDay]) -> Vec<(String, String)> {
    table(days, branch(1), date("2026-01-01"))
        .into_iter()
        .map(|(date, hours)| (date.to_string(), hours.name.to_string()))
        .collect()
}

#[test]
fn a_branch_wins_over_its_brand_unless_the_brand_has_locked() {
    let brand = closed(1, None, "2026-10-09", "2026-10-11", false);
    let own = closed(2, Some(1), "2026-10-10", "2026-10-10", false);
    let other_branch = closed(3, Some(2), "2026-10-09", "2026-10-09", false);
    let days = [brand.clone(), own.clone(), other_branch];
    let named = |date: &str, name: &str| (date.to_owned(), name.to_owned());
    assert_eq!(
        names(&days),
        [
            named("2026-10-09", "day 1"),
            named("2026-10-10", "day 2"),
            named("2026-10-11", "day 1"),
        ]
    );
    assert!(!own.is_overridden(&days));

    let mut locking = brand;
    locking.day.locked = true;
    let days = [own.clone(), locking];
    assert!(names(&days).iter().all(|(_, name)| name == "day 1"));
    assert!(own.is_overridden(&days), "it stays, and is ignored");
}

#[test]
fn a_day_is_refused_where_it_cannot_be() {
    let brand = closed(1, None, "2026-10-09", "2026-10-11", true);
    let mine = closed(2, Some(1), "2026-10-20", "2026-10-21", false);
    let others = [brand, mine.clone()];
    let check = |day: &SpecialDay| {
        let mut violations = Violations::new();
        day.check("special_day", &others, date("2026-10-05"), &mut violations);
        violations.into_result().map_err(|problem| {
            assert_eq!(problem.fields[0].reason, problem.reason);
            (problem.reason.to_string(), problem.fields[0].field.clone())
        })
    };
    let refused = |reason: &str, field: &str| Err((reason.to_owned(), field.to_owned()));

    for (from, to, verdict) in [
        (
            "2026-10-01",
            "2026-10-04",
            refused("IN_THE_PAST", "special_day.to_date"),
        ),
        // One that goes on may be changed.
        ("2026-10-01", "2026-10-05", Ok(())),
        (
            "2026-10-11",
            "2026-10-19",
            refused("FIELD_LOCKED", "special_day.from_date"),
        ),
        (
            "2026-10-21",
            "2026-10-22",
            refused("HOURS_OVERLAP", "special_day.from_date"),
        ),
        ("2026-10-12", "2026-10-19", Ok(())),
    ] {
        assert_eq!(
            check(&closed(3, Some(1), from, to, false)),
            verdict,
            "{from}"
        );
    }
    assert_eq!(check(&mine), Ok(()), "a day is not in its own way");
    assert_eq!(
        check(&closed(3, Some(2), "2026-10-20", "2026-10-21", false)),
        Ok(())
    );
    assert_eq!(
        check(&closed(3, None, "2026-10-20", "2026-10-21", true)),
        Ok(())
    );
}

#[test]
fn faults_are_named_at_their_fields() {
    let check = |raw: &RawDay| {
        let mut violations = Violations::new();
        let day = Day::parse("special_day", raw, &mut violations);
        let faults = violations.into_result().err().map(|problem| {
            let shown = |found: FieldProblem| format!("{} {}", found.field, found.reason);
            problem.fields.into_iter().map(shown).collect::<Vec<_>>()
        });
        (day.is_some(), faults.unwrap_or_default())
    };
    let raw = |from: &str, to: &str| RawDay {
        name: "國慶日".to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        ..RawDay::default()
    };
    assert_eq!(check(&raw("2026-10-10", "2026-10-10")), (true, vec![]));
    assert_eq!(check(&raw("2026-01-01", "2027-01-01")), (true, vec![]));
    for (raw, fault) in [
        (
            raw("2026-01-01", "2027-01-02"),
            "special_day.to_date SETTING_RANGE",
        ),
        (
            raw("2026-10-10", "2026-10-09"),
            "special_day.to_date SETTING_RANGE",
        ),
        (
            raw("2026-02-30", "2026-03-01"),
            "special_day.from_date VALIDATION_FAILED",
        ),
        (
            raw("12026-10-10", "12026-10-10"),
            "special_day.from_date VALIDATION_FAILED",
        ),
        (
            RawDay {
                locked: true,
                of_branch: true,
                ..raw("2026-10-10", "2026-10-10")
            },
            "special_day.locked VALIDATION_FAILED",
        ),
        (
            RawDay {
                periods: vec![(600, 600)],
                ..raw("2026-10-10", "2026-10-10")
            },
            "special_day.periods[0].close_minute HOURS_INVALID",
        ),
    ] {
        assert_eq!(check(&raw).1[0], fault);
    }
}
