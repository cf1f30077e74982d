//! What becomes of a hold when its order moves on.

/// State of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum HoldState {
    /// Kept for an order that is not placed yet.
    Held,
    /// Sold.
    Committed,
    /// Given back.
    Released,
}

/// What is known of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// It exists and is placed or further.
    Placed,
    /// It ended before it was prepared, unpaid or cancelled: what it took goes back.
    GivenBack,
    /// It ended after it was prepared: what it took is used up.
    UsedUp,
    /// It was never made.
    NeverMade,
}

/// What is to be done to the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing; it is so already, or the update is older than what is known.
    Nothing,
    /// Nothing but remembering the order's version.
    Remember,
    /// Held units become sold ones.
    Commit,
    /// Held units are given back.
    Release,
    /// Sold units are given back.
    Return,
    /// The order exists but what it relied on was given back: it must be cancelled.
    Gone,
}

/// Decides the effect of an update of an order; `version` is the order's, which only grows.
///
/// Updates may be repeated and late: a cancellation may arrive before the placing it undoes.
#[must_use]
pub fn decide(state: HoldState, known_version: i64, status: OrderStatus, version: i64) -> Effect {
    // Before the first update the known version is 0, and nothing can be older than that.
    let late = known_version > 0 && version <= known_version;
    if status != OrderStatus::NeverMade && late {
        return Effect::Nothing;
    }
    match (state, status) {
        (HoldState::Held, OrderStatus::Placed | OrderStatus::UsedUp) => Effect::Commit,
        (HoldState::Held, OrderStatus::GivenBack | OrderStatus::NeverMade) => Effect::Release,
        (HoldState::Committed, OrderStatus::GivenBack) => Effect::Return,
        (HoldState::Committed, OrderStatus::Placed | OrderStatus::UsedUp)
        | (HoldState::Released, OrderStatus::GivenBack | OrderStatus::UsedUp) => Effect::Remember,
        (HoldState::Committed | HoldState::Released, OrderStatus::NeverMade) => Effect::Nothing,
        (HoldState::Released, OrderStatus::Placed) => Effect::Gone,
    }
}

impl Effect {
    /// The state after it; `None` when it stays as it is.
    #[must_use]
    pub const fn next_state(self) -> Option<HoldState> {
        match self {
            Self::Nothing | Self::Remember | Self::Gone => None,
            Self::Commit => Some(HoldState::Committed),
            Self::Release | Self::Return => Some(HoldState::Released),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies updates in the order of arrival; returns the last state and whether an order was found without its hold.
    fn play(updates: &[(OrderStatus, i64)]) -> (HoldState, bool) {
        let (mut state, mut known, mut gone) = (HoldState::Held, 0, false);
        for &(status, version) in updates {
            let effect = decide(state, known, status, version);
            gone |= effect == Effect::Gone;
            state = effect.next_state().unwrap_or(state);
            if effect != Effect::Nothing {
                known = known.max(version);
            }
        }
        (state, gone)
    }

    #[test]
    fn news_may_come_twice_and_in_any_order() {
        for (updates, state, gone) in [
            (vec![(OrderStatus::Placed, 1)], HoldState::Committed, false),
            (
                vec![(OrderStatus::Placed, 1), (OrderStatus::Placed, 1)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(OrderStatus::Placed, 1), (OrderStatus::GivenBack, 2)],
                HoldState::Released,
                false,
            ),
            (
                vec![(OrderStatus::GivenBack, 2), (OrderStatus::Placed, 1)],
                HoldState::Released,
                false,
            ),
            (
                vec![(OrderStatus::GivenBack, 2), (OrderStatus::GivenBack, 2)],
                HoldState::Released,
                false,
            ),
            (
                vec![(OrderStatus::Placed, 1), (OrderStatus::UsedUp, 5)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(OrderStatus::UsedUp, 5), (OrderStatus::Placed, 1)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(OrderStatus::NeverMade, 0), (OrderStatus::Placed, 1)],
                HoldState::Released,
                true,
            ),
            (
                vec![(OrderStatus::Placed, 1), (OrderStatus::NeverMade, 0)],
                HoldState::Committed,
                false,
            ),
        ] {
            assert_eq!(play(&updates), (state, gone), "{updates:?}");
        }
    }
}
