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
pub enum Fate {
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
    /// Nothing; it is so already, or the news is older than what is known.
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

/// Decides the effect of news of an order; `version` is the order's, which only grows.
///
/// Repeated and late news is ordinary: a cancellation may arrive before the placing it undoes.
#[must_use]
pub fn decide(state: HoldState, known_version: i64, fate: Fate, version: i64) -> Effect {
    // Before the first news the version known is 0, and nothing can be older than that.
    let late = known_version > 0 && version <= known_version;
    if fate != Fate::NeverMade && late {
        return Effect::Nothing;
    }
    match (state, fate) {
        (HoldState::Held, Fate::Placed | Fate::UsedUp) => Effect::Commit,
        (HoldState::Held, Fate::GivenBack | Fate::NeverMade) => Effect::Release,
        (HoldState::Committed, Fate::GivenBack) => Effect::Return,
        (HoldState::Committed, Fate::Placed | Fate::UsedUp)
        | (HoldState::Released, Fate::GivenBack | Fate::UsedUp) => Effect::Remember,
        (HoldState::Committed | HoldState::Released, Fate::NeverMade) => Effect::Nothing,
        (HoldState::Released, Fate::Placed) => Effect::Gone,
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

    /// Plays news in the order of arrival and tells the last state and whether anything was found gone.
    fn play(news: &[(Fate, i64)]) -> (HoldState, bool) {
        let (mut state, mut known, mut gone) = (HoldState::Held, 0, false);
        for &(fate, version) in news {
            let effect = decide(state, known, fate, version);
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
        for (news, state, gone) in [
            (vec![(Fate::Placed, 1)], HoldState::Committed, false),
            (
                vec![(Fate::Placed, 1), (Fate::Placed, 1)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(Fate::Placed, 1), (Fate::GivenBack, 2)],
                HoldState::Released,
                false,
            ),
            (
                vec![(Fate::GivenBack, 2), (Fate::Placed, 1)],
                HoldState::Released,
                false,
            ),
            (
                vec![(Fate::GivenBack, 2), (Fate::GivenBack, 2)],
                HoldState::Released,
                false,
            ),
            (
                vec![(Fate::Placed, 1), (Fate::UsedUp, 5)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(Fate::UsedUp, 5), (Fate::Placed, 1)],
                HoldState::Committed,
                false,
            ),
            (
                vec![(Fate::NeverMade, 0), (Fate::Placed, 1)],
                HoldState::Released,
                true,
            ),
            (
                vec![(Fate::Placed, 1), (Fate::NeverMade, 0)],
                HoldState::Committed,
                false,
            ),
        ] {
            assert_eq!(play(&news), (state, gone), "{news:?}");
        }
    }
}
