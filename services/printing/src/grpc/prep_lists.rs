//! What a 備料表 adds up and where it is printed, on the wire.

use chassis::{
    business_day,
    error::{CommonReason, Violations},
};
use proto::printing::v1::PrepPoint;

use crate::{
    app::prep_lists::Span,
    domain::{day_part::DayPart, print_point::PrintPoint},
};

/// A business day, and the part of it that is asked for; both ends or none.
pub fn parse_span(
    day: &str,
    part: (Option<i32>, Option<i32>),
    violations: &mut Violations,
) -> Option<Span> {
    let day = business_day::parse_date(day);
    if day.is_none() {
        violations.push("business_day", CommonReason::ValidationFailed);
    }
    let part = match part {
        (None, None) => None,
        (None, Some(_)) => {
            violations.push("from_minute", CommonReason::ValidationFailed);
            None
        }
        (Some(from), to) => {
            let part = to.and_then(|to| DayPart::new(from, to));
            if part.is_none() {
                violations.push("to_minute", CommonReason::ValidationFailed);
            }
            part
        }
    };
    day.map(|day| Span { day, part })
}

/// A print point as whoever prints the list sees it.
pub fn point(point: &PrintPoint) -> PrepPoint {
    PrepPoint {
        print_point_id: point.id.to_string(),
        name: point.name.clone(),
        place: point.place.clone(),
        paper: point.paper.to_wire(),
    }
}
