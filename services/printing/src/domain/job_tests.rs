//! The moves of a job; the cases C13 and C17 of what others got wrong are among them.

use super::{
    device::{Channel, Settings, Sighting, State as DeviceState, Status},
    document::{Document, Trigger},
    job::{Delivery, Job, Next, Outcome, Reason, State, Withdrawal},
    order::OrderState,
    samples::{at, job, online, point},
};

const ACCEPTED: Option<OrderState> = Some(OrderState::Accepted);

/// A job that was sent at `secs`.
fn sent(secs: i64) -> Job {
    let mut job = job(&point(1));
    job.send(&online(), "", at(secs));
    job
}

/// A job whose device has it since `secs`.
fn out(secs: i64) -> Job {
    let mut job = sent(secs);
    assert!(job.deliver(1, Delivery::Out, at(secs)));
    job
}

/// A device that was away and came back at `secs`.
fn back(secs: i64) -> Status {
    let mut status = online();
    status.see(
        &Sighting::of(DeviceState::Offline),
        &Settings::default(),
        at(-30),
    );
    status.see(&Sighting::online(), &Settings::default(), at(secs));
    status
}

#[test]
fn an_answer_that_comes_late_makes_it_printed_once() {
    let mut job = out(0);
    assert_eq!(job.lease_over(false, at(59)), Outcome::Ignored);
    assert_eq!(job.lease_over(false, at(60)), Outcome::Unconfirmed);
    assert_eq!(job.state, State::Unconfirmed);
    assert!(job.print(at(205)));
    assert_eq!((job.state, job.reason), (State::Printed, None));
    assert!(!job.print(at(206)));
    assert_eq!(job.ended_at, Some(at(205)));
}

#[test]
fn a_printer_that_cannot_fetch_again_what_it_had_fails_nothing() {
    let mut job = out(0);
    job.lease_over(false, at(60));
    let said = job.fail(1, Reason::NotTransferred, at(70));
    assert_eq!((said, job.state), (Outcome::Ignored, State::Unconfirmed));
    assert!(job.print(at(150)));
    let mut job = out(0);
    let said = job.fail(1, Reason::NotTransferred, at(60));
    assert_eq!((said, job.state), (Outcome::Ignored, State::Sent));
    assert_eq!(job.lease_over(false, at(60)), Outcome::Unconfirmed);
    let mut job = out(0);
    job.lease_over(false, at(60));
    assert_eq!(job.fail(1, Reason::PaperOut, at(70)), Outcome::Failed);
}

#[test]
fn fetching_twice_gives_no_more_time() {
    let mut job = out(0);
    assert!(!job.deliver(1, Delivery::Out, at(50)));
    assert_eq!(job.lease_until, Some(at(60)));
    assert!(!job.deliver(2, Delivery::Out, at(50)), "no such attempt");
}

#[test]
fn paper_that_ran_out_in_the_middle_marks_the_next_slip() {
    let mut job = out(0);
    assert_eq!(job.fail(1, Reason::PaperOut, at(20)), Outcome::Again);
    assert_eq!(
        (job.state, job.tries),
        (State::Queued, 0),
        "waiting is no try"
    );
    let heads = job.send(&online(), "", at(100));
    assert!(heads.may_be_duplicate);
    assert_eq!(job.attempt, 2);

    let mut job = sent(0);
    job.fail(1, Reason::PaperOut, at(20));
    assert!(
        !job.send(&online(), "", at(100)).may_be_duplicate,
        "it was not fetched"
    );
    let mut job = out(0);
    job.fail(1, Reason::NotTransferred, at(20));
    assert!(!job.may_be_duplicate, "nothing was printed");
}

#[test]
fn three_tries_within_a_minute_and_no_more() {
    let mut job = job(&point(1));
    let mut now = 0;
    for (number, wait) in [(1, 10), (2, 30)] {
        job.send(&online(), "", at(now));
        assert_eq!(job.fail(number, Reason::Fault, at(now)), Outcome::Again);
        now += wait;
        assert_eq!(job.not_before, at(now));
        let status = online();
        assert_eq!(job.next(&status, ACCEPTED, at(now - 1)), Next::Wait);
        assert_eq!(job.next(&status, ACCEPTED, at(now)), Next::Send);
    }
    assert!(now <= 60);
    job.send(&online(), "", at(now));
    assert_eq!(job.fail(3, Reason::Fault, at(now)), Outcome::Failed);
    assert_eq!(
        (job.state, job.reason),
        (State::Failed, Some(Reason::Fault))
    );
}

#[test]
fn what_a_device_cannot_understand_is_not_tried_again() {
    for reason in [Reason::NotUnderstood, Reason::NotRendered, Reason::Refused] {
        let mut job = out(0);
        assert_eq!(job.fail(1, reason, at(5)), Outcome::Failed, "{reason}");
    }
}

#[test]
fn what_nobody_fetched_is_offered_again() {
    let mut job = sent(0);
    assert_eq!(job.lease_over(false, at(60)), Outcome::Again);
    assert!(!job.may_be_on_paper());
    job.send(&online(), "", at(70));
    assert_eq!(job.lease_over(false, at(130)), Outcome::Again);
    job.send(&online(), "", at(160));
    assert_eq!(job.lease_over(false, at(220)), Outcome::Failed);
}

#[test]
fn a_print_point_may_print_again_by_itself_and_says_so() {
    let mut job = out(0);
    assert_eq!(job.lease_over(true, at(60)), Outcome::Again);
    assert!(job.send(&online(), "", at(70)).may_be_duplicate);
}

#[test]
fn evidence_of_another_attempt_changes_nothing() {
    let mut job = out(0);
    job.fail(1, Reason::PaperOut, at(5));
    job.send(&online(), "", at(10));
    let before = job.clone();
    assert_eq!(job.fail(1, Reason::Fault, at(11)), Outcome::Ignored);
    assert!(!job.deliver(1, Delivery::Out, at(11)));
    assert!(!job.given_back(1, at(11)));
    assert_eq!(job, before);
}

#[test]
fn after_an_outage_a_slip_says_how_late_it_is_and_others_do_not() {
    let mut order_15 = job(&point(1));
    assert_eq!(order_15.send(&back(300), "", at(300)).late_minutes, 5);
    let mut order_16 = Job {
        due_at: at(360),
        ..job(&point(1))
    };
    assert_eq!(order_16.send(&back(300), "", at(420)).late_minutes, 0);
    let mut at_once = job(&point(1));
    assert_eq!(at_once.send(&back(40), "", at(40)).late_minutes, 0);
}

#[test]
fn after_an_outage_only_open_orders_are_printed() {
    let status = back(1_500);
    let waited = job(&point(1));
    let next = |job: &Job, state| job.next(&status, Some(state), at(1_500));
    assert_eq!(next(&waited, OrderState::Preparing), Next::Send);
    let closed = Next::Expire(Reason::OrderClosed);
    assert_eq!(next(&waited, OrderState::Completed), closed);
    assert_eq!(
        next(&waited, OrderState::Cancelled),
        Next::Cancel(Reason::OrderCancelled)
    );
    let of_end = Job {
        trigger: Some(Trigger::Completed),
        ..waited.clone()
    };
    assert_eq!(next(&of_end, OrderState::Completed), Next::Send);
    let cancel_slip = Job {
        document: Document::CancelSlip,
        trigger: None,
        ..waited.clone()
    };
    assert_eq!(next(&cancel_slip, OrderState::Cancelled), Next::Send);
    let by_hand = Job {
        reprint: 1,
        ..waited.clone()
    };
    assert_eq!(next(&by_hand, OrderState::Completed), Next::Send);
    // Without an outage a quick order is printed all the same.
    assert_eq!(
        waited.next(&online(), Some(OrderState::Completed), at(5)),
        Next::Send
    );
}

#[test]
fn what_waited_for_two_hours_is_not_printed() {
    let job = job(&point(1));
    let next = |secs| job.next(&back(secs), ACCEPTED, at(secs));
    assert_eq!(next(7_199), Next::Send);
    assert_eq!(next(7_200), Next::Expire(Reason::TooOld));
}

#[test]
fn a_cancelled_order_takes_back_what_no_device_has() {
    let cancelled = Reason::OrderCancelled;
    let withdraw = |job: &mut Job, channel| job.withdraw(channel, cancelled, at(1));
    let mut queued = job(&point(1));
    assert_eq!(withdraw(&mut queued, Channel::Agent), Withdrawal::Cancelled);
    let mut offered = sent(0);
    assert_eq!(
        withdraw(&mut offered, Channel::StarCloudprnt),
        Withdrawal::Cancelled
    );
    assert_eq!(offered.state, State::Cancelled);
    let mut fetched = out(0);
    assert_eq!(
        withdraw(&mut fetched, Channel::StarCloudprnt),
        Withdrawal::TooLate
    );
    assert!(fetched.may_be_on_paper());
    let mut accepted = sent(0);
    assert_eq!(withdraw(&mut accepted, Channel::Xpyun), Withdrawal::TooLate);
    let mut printed = out(0);
    printed.print(at(1));
    assert_eq!(withdraw(&mut printed, Channel::Agent), Withdrawal::Ended);
}

#[test]
fn an_agent_is_asked_to_give_back_what_it_keeps() {
    let held = || {
        let mut job = sent(0);
        assert!(job.deliver(1, Delivery::Held, at(1)));
        assert!(job.deliver(1, Delivery::Held, at(30)), "it keeps it still");
        assert_eq!(job.lease_until, Some(at(90)));
        let asked = job.withdraw(Channel::Agent, Reason::OrderCancelled, at(31));
        assert_eq!(asked, Withdrawal::Asked);
        job
    };
    let mut given = held();
    assert!(given.given_back(1, at(32)));
    assert_eq!(
        (given.state, given.reason),
        (State::Cancelled, Some(Reason::OrderCancelled))
    );
    let mut silent = held();
    assert!(!silent.not_given_back(at(40)));
    assert!(silent.not_given_back(at(41)));
    assert_eq!(silent.state, State::Unconfirmed);
    assert!(silent.may_be_on_paper());
    let mut printed = held();
    printed.print(at(33));
    assert!(!printed.given_back(1, at(34)));
    assert_eq!(printed.state, State::Printed);
}

#[test]
fn a_substitute_begins_anew_and_remembers_where_it_comes_from() {
    let mut job = out(0);
    job.fail(1, Reason::Fault, at(1));
    let substitute = point(2).device;
    job.move_to(substitute, at(60));
    assert_eq!((job.device, job.tries), (substitute, 0));
    assert_eq!(job.moved_from, Some(point(1).device));
    let heads = job.send(&online(), "K1", at(61));
    assert_eq!(heads.moved_from, "K1");
    assert!(heads.may_be_duplicate);
}

#[test]
fn staff_decides_what_nobody_knows_and_evidence_outweighs_it() {
    let mut job = out(0);
    assert!(job.decide(true, at(10)).is_err());
    job.lease_over(false, at(60));
    job.decide(false, at(90)).unwrap();
    assert_eq!(
        (job.state, job.reason),
        (State::Failed, Some(Reason::NotPrinted))
    );
    assert!(job.decide(true, at(91)).is_err());
    assert!(job.print(at(200)));
    assert!(job.cancel(at(201)).is_err());
}
