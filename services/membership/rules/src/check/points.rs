//! What is wrong in the terms of a points programme.

use chassis::error::Violations;
use pricing::{Earning, PointsProgram, Rate, Redeeming, RuleId};
use proto::membership::v1::{PointsEarning, PointsRedeeming, PointsTerms};

use super::{beside, conditions, fields::Fields, target};

/// Most characters of the unit's name.
const MAX_NAME: usize = 20;
/// Most points of one order.
const MAX_POINTS: i64 = 10_000_000;
/// Most methods, and most channels.
const MAX_KINDS: usize = 20;

/// The programme of a message whose id and version are filled in; notes every fault at its field
/// below `field`.
pub fn check_points(
    wire: &PointsTerms,
    field: &str,
    violations: &mut Violations,
) -> Option<PointsProgram> {
    let before = violations.len();
    let mut fields = Fields::new(field, violations);
    let program = PointsProgram {
        id: fields.id("programme_id", &wire.programme_id, RuleId::from_uuid),
        version: fields.number("version", wire.version, 1, i64::MAX),
        name: fields.text("unit_name", &wire.unit_name, MAX_NAME).into(),
        redeeming: wire
            .redeeming
            .as_ref()
            .map(|wire| redeeming(wire, &mut fields.nested("redeeming"))),
        earning: wire
            .earning
            .as_ref()
            .map(|wire| earning(wire, &mut fields.nested("earning"))),
    };
    if violations.len() == before && program.check().is_err() {
        Fields::new(field, violations).invalid("");
    }
    (violations.len() == before).then_some(program)
}

fn redeeming(wire: &PointsRedeeming, fields: &mut Fields<'_>) -> Redeeming {
    Redeeming {
        worth_of_100: fields.number("worth_of_100", wire.worth_of_100, 1, 10_000),
        min_points: fields.number("min_points", wire.min_points, 1, MAX_POINTS),
        step: fields.number("step", wire.step, 1, MAX_POINTS),
        min_spend: fields.amount("min_spend", wire.min_spend, 0),
        cap: Rate::bp(fields.number("cap_bp", wire.cap_bp, 1, 10_000)),
        target: target::read(wire.target.as_ref(), &mut fields.nested("target")),
        beside: beside(fields, &wire.not_beside),
    }
}

fn earning(wire: &PointsEarning, fields: &mut Fields<'_>) -> Earning {
    Earning {
        every: fields.amount_up_to("every", wire.every, 1, 1_000),
        points: fields.number("points", wire.points, 1, 100),
        target: target::read(wire.target.as_ref(), &mut fields.nested("target")),
        methods: fields.words("methods", &wire.methods, MAX_KINDS, conditions::method),
        channels: fields.words("channels", &wire.channels, MAX_KINDS, conditions::channel),
    }
}
