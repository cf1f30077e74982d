//! States of an order and every legal transition between them; docs/rules.md, Order states and Order transitions.

use chassis::{sales::Method, text_enum};

text_enum! {
    /// State of an order.
    pub enum OrderState: proto::ordering::v1::OrderState {
        /// 待付款.
        PendingPayment = "pending_payment",
        /// 新訂單.
        Placed = "placed",
        /// 已接單.
        Accepted = "accepted",
        /// 製作中.
        Preparing = "preparing",
        /// 可取餐.
        Ready = "ready",
        /// 配送中.
        Delivering = "delivering",
        /// 已完成.
        Completed = "completed",
        /// 已取消.
        Cancelled = "cancelled",
        /// 已拒單.
        Rejected = "rejected",
        /// 逾時未付.
        Expired = "expired",
        /// 未取餐.
        NoShow = "no_show",
    }
}

/// Who changes the state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiator {
    /// A member of staff.
    Staff,
    /// The customer.
    Customer,
    /// A timer, or another service's event.
    System,
}

/// How much of `ops.orders` a step needs; docs/rules.md, Starter roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepLevel {
    /// 製作 and 完成: making what was accepted, and handing it over.
    Operate,
    /// Everything else.
    Manage,
}

/// A transition that the rules do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {} cannot become {}", from.as_str(), to.as_str())]
pub struct IllegalTransition {
    /// Present state.
    pub from: OrderState,
    /// State wanted.
    pub to: OrderState,
}

impl OrderState {
    /// The order still needs somebody's work.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::PendingPayment
                | Self::Placed
                | Self::Accepted
                | Self::Preparing
                | Self::Ready
                | Self::Delivering
        )
    }

    /// It can still be rescheduled: nobody has begun to make it.
    #[must_use]
    pub const fn is_reschedulable(self) -> bool {
        matches!(self, Self::PendingPayment | Self::Placed | Self::Accepted)
    }

    /// Work has begun: what went in does not return to stock.
    #[must_use]
    pub const fn is_prepared(self) -> bool {
        matches!(
            self,
            Self::Preparing | Self::Ready | Self::Delivering | Self::Completed
        )
    }
}

/// The states that an order passes on its way to `to`, the last of them `to`.
///
/// Staff may skip steps forward; the states between are passed and written too. Every other transition is
/// refused, naming both states.
pub fn transition(
    from: OrderState,
    to: OrderState,
    method: Method,
    initiator: Initiator,
) -> Result<Vec<OrderState>, IllegalTransition> {
    let mut passed = Vec::new();
    let mut at = from;
    while !is_legal(at, to, method, initiator) {
        at = skippable_step(at, to, method, initiator).ok_or(IllegalTransition { from, to })?;
        passed.push(at);
    }
    passed.push(to);
    Ok(passed)
}

/// States that staff may give an order in one step.
#[must_use]
pub fn next_by_staff(from: OrderState, method: Method) -> Vec<OrderState> {
    let legal = |to: &OrderState| is_legal(from, *to, method, Initiator::Staff);
    OrderState::ALL.into_iter().filter(legal).collect()
}

/// How much of the permission the steps from `from` through `passed` need, the highest of them.
#[must_use]
pub fn level_of(from: OrderState, passed: &[OrderState]) -> StepLevel {
    use OrderState::*;
    let befores = std::iter::once(&from).chain(passed);
    let levels = befores.zip(passed).map(|step| match step {
        (Accepted, Preparing) | (Preparing, Ready | Completed) | (Ready, Completed) => {
            StepLevel::Operate
        }
        _ => StepLevel::Manage,
    });
    levels.max().unwrap_or(StepLevel::Operate)
}

/// The table of docs/rules.md, Order transitions.
fn is_legal(from: OrderState, to: OrderState, method: Method, initiator: Initiator) -> bool {
    use OrderState::*;
    let staff = initiator == Initiator::Staff;
    let system = initiator == Initiator::System;
    let customer = initiator == Initiator::Customer;
    let delivery = method == Method::Delivery;
    match (from, to) {
        (PendingPayment, Placed | Expired) => system,
        (PendingPayment | Placed, Cancelled) => staff || customer || system,
        (Placed, Accepted | Rejected) => staff || system,
        (Accepted, Preparing) => staff || system,
        (Accepted | Preparing | Ready | Delivering, Cancelled) => staff || system,
        (Preparing, Ready) => staff,
        (Preparing, Completed) => staff,
        (Ready, Completed | NoShow) => staff || system,
        (Ready, Delivering) => delivery && (staff || system),
        (Delivering, Completed | Ready) => delivery && (staff || system),
        (Completed, Preparing) => staff,
        _ => false,
    }
}

/// The step from `at` on the way forward to `to`, when staff may skip it.
fn skippable_step(
    at: OrderState,
    to: OrderState,
    method: Method,
    initiator: Initiator,
) -> Option<OrderState> {
    use OrderState::*;
    if initiator != Initiator::Staff || !matches!(to, Preparing | Ready | Delivering | Completed) {
        return None;
    }
    let step = match at {
        Placed => Accepted,
        Accepted => Preparing,
        Preparing => Ready,
        _ => return None,
    };
    (step != to && (to != Delivering || method == Method::Delivery)).then_some(step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{OrderState::*, *};

    fn by_staff(from: OrderState, to: OrderState) -> Option<Vec<OrderState>> {
        transition(from, to, Method::Pickup, Initiator::Staff).ok()
    }

    #[test]
    fn a_skipped_step_forward_is_passed() {
        let cases = [
            (Placed, Preparing, vec![Accepted, Preparing]),
            (Placed, Ready, vec![Accepted, Preparing, Ready]),
            (Placed, Completed, vec![Accepted, Preparing, Completed]),
            (Accepted, Ready, vec![Preparing, Ready]),
            (Ready, Completed, vec![Completed]),
        ];
        for (from, to, passed) in cases {
            assert_eq!(by_staff(from, to), Some(passed), "{from:?} → {to:?}");
        }
    }

    #[test]
    fn a_transition_that_is_not_listed_is_refused_by_name() {
        for (from, to) in [
            (Accepted, Placed),
            (Accepted, Rejected),
            (Accepted, NoShow),
            (Cancelled, Placed),
            (Cancelled, Cancelled),
            (Completed, Ready),
            (Completed, Cancelled),
            (Ready, Delivering),
            (Placed, Placed),
            (PendingPayment, Accepted),
            (PendingPayment, Completed),
        ] {
            assert_eq!(by_staff(from, to), None, "{from:?} → {to:?}");
        }
        let refused = transition(Ready, Accepted, Method::Pickup, Initiator::Staff).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "an order that is ready cannot become accepted"
        );
    }

    #[test]
    fn making_and_handing_over_need_less_than_all_else() {
        let operated = [
            (Accepted, Preparing),
            (Accepted, Ready),
            (Accepted, Completed),
            (Preparing, Ready),
            (Preparing, Completed),
            (Ready, Completed),
        ];
        for method in [Method::Pickup, Method::Delivery] {
            for from in OrderState::ALL {
                for to in OrderState::ALL {
                    let Ok(passed) = transition(from, to, method, Initiator::Staff) else {
                        continue;
                    };
                    let expected = if operated.contains(&(from, to)) {
                        StepLevel::Operate
                    } else {
                        StepLevel::Manage
                    };
                    assert_eq!(level_of(from, &passed), expected, "{from:?} → {to:?}");
                }
            }
        }
    }

    #[test]
    fn only_a_delivery_is_delivered() {
        let delivered = transition(Accepted, Delivering, Method::Delivery, Initiator::Staff);
        assert_eq!(delivered, Ok(vec![Preparing, Ready, Delivering]));
        assert_eq!(by_staff(Accepted, Delivering), None);
    }

    #[test]
    fn a_customer_cancels_until_accepted_and_nothing_else() {
        for from in OrderState::ALL {
            for to in OrderState::ALL {
                let may = transition(from, to, Method::Pickup, Initiator::Customer).is_ok();
                let expected = matches!(from, PendingPayment | Placed) && to == Cancelled;
                assert_eq!(may, expected, "{from:?} → {to:?}");
            }
        }
    }

    /// An order whose hold was lost is cancelled by us, however far it is; what is closed stays.
    #[test]
    fn the_system_cancels_what_is_open_and_nothing_else() {
        for from in OrderState::ALL {
            let may = transition(from, Cancelled, Method::Delivery, Initiator::System).is_ok();
            assert_eq!(may, from.is_open(), "{from:?}");
        }
    }

    #[test]
    fn what_is_closed_for_good_has_no_next_state() {
        for state in [Cancelled, Rejected, Expired, NoShow] {
            assert_eq!(next_by_staff(state, Method::Delivery), []);
        }
        assert_eq!(
            next_by_staff(Placed, Method::Pickup),
            [Accepted, Cancelled, Rejected]
        );
    }

    proptest! {
        #[test]
        fn each_step_passed_is_a_legal_transition(
            from in prop::sample::select(OrderState::ALL.to_vec()),
            to in prop::sample::select(OrderState::ALL.to_vec()),
            method in prop::sample::select(vec![Method::Pickup, Method::Delivery, Method::OnSite]),
        ) {
            if let Ok(passed) = transition(from, to, method, Initiator::Staff) {
                prop_assert_eq!(passed.last(), Some(&to));
                let mut at = from;
                for step in passed {
                    prop_assert!(is_legal(at, step, method, Initiator::Staff));
                    at = step;
                }
            }
        }
    }
}
