//! Every move of a job's state.

use chassis::id::DeviceId;
use chrono::{DateTime, Utc};

use super::{
    Delivery, Job, LEASE, MOST_TRIES, Next, Outcome, Reason, State, WAITS, WITHDRAW_WITHIN,
    Withdrawal,
};
use crate::domain::{
    device::{Channel, Status},
    document::Trigger,
    heads::Heads,
    job_refusal::JobRefusal,
    order::OrderState,
};

impl Job {
    /// What to do with it as the first of its queue. After an outage only slips of orders that are still open
    /// are printed, and those of an order's end; `order` is the state of its order.
    #[must_use]
    pub fn next(&self, status: &Status, order: Option<OrderState>, now: DateTime<Utc>) -> Next {
        if self.expires_at <= now {
            return Next::Expire(Reason::TooOld);
        }
        let of_order = self.document.shows_order() && self.reprint == 0;
        if of_order && order.is_some_and(OrderState::is_void) {
            return Next::Cancel(Reason::OrderCancelled);
        }
        let is_closed = order.is_some_and(|state| !state.is_open());
        let of_end = matches!(self.trigger, Some(Trigger::Completed | Trigger::Manual));
        if is_closed && of_order && !of_end && self.is_late(status) {
            return Next::Expire(Reason::OrderClosed);
        }
        if self.not_before > now {
            Next::Wait
        } else {
            Next::Send
        }
    }

    /// Begins an attempt. Returns what its slips say about themselves.
    pub fn send(&mut self, status: &Status, moved_from: &str, now: DateTime<Utc>) -> Heads {
        let late = if self.is_late(status) {
            (now - self.due_at).num_minutes().max(0)
        } else {
            0
        };
        self.state = State::Sent;
        self.attempt += 1;
        self.lease_until = Some(now + LEASE);
        self.delivery = Delivery::None;
        self.withdraw_until = None;
        self.sent_at = Some(now);
        self.touch();
        Heads {
            reprint: self.reprint,
            late_minutes: late,
            may_be_duplicate: self.may_be_duplicate,
            moved_from: moved_from.to_owned(),
        }
    }

    /// The device, or its agent, has what was sent with the attempt. False when that changes nothing: the attempt
    /// is over, or it was known.
    pub fn deliver(&mut self, attempt: i16, delivery: Delivery, now: DateTime<Utc>) -> bool {
        if !self.is_sent_as(attempt) || delivery < self.delivery {
            return false;
        }
        // An agent that still keeps it says so again and again; a printer that fetches twice has no more time.
        if delivery == self.delivery && delivery != Delivery::Held {
            return false;
        }
        self.delivery = delivery;
        self.lease_until = Some(now + LEASE);
        self.touch();
        true
    }

    /// There is paper of it. False when that was known.
    pub fn print(&mut self, now: DateTime<Utc>) -> bool {
        if self.state == State::Printed {
            return false;
        }
        self.end(State::Printed, None, now);
        true
    }

    /// The attempt led to nothing. What is not known for certain to be the present attempt's changes nothing.
    pub fn fail(&mut self, attempt: i16, reason: Reason, now: DateTime<Utc>) -> Outcome {
        if self.state == State::Unconfirmed && self.attempt == attempt {
            // A printer that could not fetch again what it had says nothing about the paper.
            if reason == Reason::NotTransferred {
                return Outcome::Ignored;
            }
            self.end(State::Failed, Some(reason), now);
            return Outcome::Failed;
        }
        if !self.is_sent_as(attempt) {
            return Outcome::Ignored;
        }
        // The same where its time is over and nobody has settled it yet.
        let is_over = self.lease_until.is_none_or(|until| until <= now);
        if reason == Reason::NotTransferred && self.delivery == Delivery::Out && is_over {
            return Outcome::Ignored;
        }
        self.may_be_duplicate |= self.delivery == Delivery::Out && reason.may_leave_paper();
        if reason.is_for_good() {
            self.end(State::Failed, Some(reason), now);
            return Outcome::Failed;
        }
        if reason.is_of_device() {
            return self.again(reason, now, now);
        }
        self.count_try(reason, now)
    }

    /// The lease of an attempt that a device has ends now. False when the attempt does not count any more.
    pub fn wait_no_longer(&mut self, attempt: i16, now: DateTime<Utc>) -> bool {
        if !self.is_sent_as(attempt) || self.delivery == Delivery::None {
            return false;
        }
        self.lease_until = Some(now);
        self.touch();
        true
    }

    /// The lease of its attempt is over. `prints_again` is its print point's setting.
    pub fn lease_over(&mut self, prints_again: bool, now: DateTime<Utc>) -> Outcome {
        if self.state != State::Sent || self.lease_until.is_none_or(|until| until > now) {
            return Outcome::Ignored;
        }
        match self.delivery {
            // Nobody fetched it.
            Delivery::None => self.count_try(Reason::NoAnswer, now),
            Delivery::Held | Delivery::Out if prints_again => {
                self.may_be_duplicate = true;
                self.count_try(Reason::NoAnswer, now)
            }
            Delivery::Held | Delivery::Out => {
                self.end(State::Unconfirmed, Some(Reason::NoAnswer), now);
                Outcome::Unconfirmed
            }
        }
    }

    fn count_try(&mut self, reason: Reason, now: DateTime<Utc>) -> Outcome {
        self.tries += 1;
        let wait = usize::try_from(self.tries - 1)
            .ok()
            .and_then(|index| WAITS.get(index));
        match wait {
            Some(wait) if self.tries < MOST_TRIES => self.again(reason, now + *wait, now),
            _ => {
                self.end(State::Failed, Some(reason), now);
                Outcome::Failed
            }
        }
    }

    fn again(&mut self, reason: Reason, at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome {
        self.requeue(at);
        self.reason = Some(reason);
        debug_assert!(at >= now);
        Outcome::Again
    }

    fn requeue(&mut self, not_before: DateTime<Utc>) {
        self.state = State::Queued;
        self.not_before = not_before;
        self.lease_until = None;
        self.delivery = Delivery::None;
        self.withdraw_until = None;
        self.ended_at = None;
        self.touch();
    }

    /// It shall not be printed any more. What a device may have cannot be taken back, what an agent keeps is
    /// asked for.
    pub fn withdraw(&mut self, channel: Channel, reason: Reason, now: DateTime<Utc>) -> Withdrawal {
        match (self.state, self.delivery) {
            (State::Queued, _) => {
                self.end(State::Cancelled, Some(reason), now);
                Withdrawal::Cancelled
            }
            (State::Sent, Delivery::None) if channel.polls() => {
                self.end(State::Cancelled, Some(reason), now);
                Withdrawal::Cancelled
            }
            (State::Sent, Delivery::None | Delivery::Held) if channel == Channel::Agent => {
                self.ask_back(reason, now);
                Withdrawal::Asked
            }
            (State::Sent, _) => Withdrawal::TooLate,
            _ => Withdrawal::Ended,
        }
    }

    fn ask_back(&mut self, reason: Reason, now: DateTime<Utc>) {
        if self.withdraw_until.is_none() {
            self.withdraw_until = Some(now + WITHDRAW_WITHIN);
            self.reason = Some(reason);
            self.touch();
        }
    }

    /// Its agent gave it back and will not print it. False when it was not asked for it, or the attempt is over.
    pub fn given_back(&mut self, attempt: i16, now: DateTime<Utc>) -> bool {
        let (true, Some(_)) = (self.is_sent_as(attempt), self.withdraw_until) else {
            return false;
        };
        match self.reason {
            Some(reason @ (Reason::Offline | Reason::NoAnswer)) => {
                self.requeue(now);
                self.reason = Some(reason);
            }
            reason => self.end(State::Cancelled, reason, now),
        }
        true
    }

    /// Its agent did not answer in time whether it gives it back. False when there is time yet.
    pub fn not_given_back(&mut self, now: DateTime<Utc>) -> bool {
        if self.state != State::Sent || self.withdraw_until.is_none_or(|until| until > now) {
            return false;
        }
        self.end(State::Unconfirmed, Some(Reason::NoAnswer), now);
        true
    }

    /// A job that waits goes to another device, 代印, with all its tries before it.
    pub fn move_to(&mut self, device: DeviceId, now: DateTime<Utc>) {
        self.moved_from = Some(self.moved_from.unwrap_or(self.device));
        self.device = device;
        self.tries = 0;
        self.requeue(now);
    }

    /// It is not printed any more.
    pub fn expire(&mut self, reason: Reason, now: DateTime<Utc>) {
        self.end(State::Expired, Some(reason), now);
    }

    /// Its order was cancelled while it waited.
    pub fn drop_for_order(&mut self, reason: Reason, now: DateTime<Utc>) {
        self.end(State::Cancelled, Some(reason), now);
    }

    /// It cannot be made at all.
    pub fn give_up(&mut self, reason: Reason, now: DateTime<Utc>) {
        self.end(State::Failed, Some(reason), now);
    }

    /// Staff says whether it was printed, of which nobody knew.
    pub fn decide(&mut self, printed: bool, now: DateTime<Utc>) -> Result<(), JobRefusal> {
        if self.state != State::Unconfirmed {
            return Err(JobRefusal::Decided { state: self.state });
        }
        if printed {
            self.end(State::Printed, None, now);
        } else {
            self.end(State::Failed, Some(Reason::NotPrinted), now);
        }
        Ok(())
    }

    /// Staff cancels it while it waits.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<(), JobRefusal> {
        if self.state != State::Queued {
            return Err(JobRefusal::Decided { state: self.state });
        }
        self.end(State::Cancelled, Some(Reason::ByStaff), now);
        Ok(())
    }

    /// Whether a slip of it can be printed again by hand.
    pub fn check_reprint(&self) -> Result<(), JobRefusal> {
        if self.state == State::Queued {
            return Err(JobRefusal::Open { state: self.state });
        }
        Ok(())
    }

    fn is_sent_as(&self, attempt: i16) -> bool {
        self.state == State::Sent && self.attempt == attempt
    }

    fn end(&mut self, state: State, reason: Option<Reason>, now: DateTime<Utc>) {
        self.state = state;
        self.reason = reason;
        self.lease_until = None;
        self.withdraw_until = None;
        self.ended_at = Some(now);
        self.touch();
    }

    fn touch(&mut self) {
        self.version += 1;
    }
}
