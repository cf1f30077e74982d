//! The line to the server: it breaks, and nothing is lost or printed twice.

use proto::printing::v1::{CancelOutcome, Job, JobOutcome, PrinterState};

use crate::{
    slip_printer::Off,
    support::{Branch, eventually, slip, timing},
};

async fn branch_with_a_printer_that_is_off() -> (Branch, Off) {
    let off = Off::new();
    let branch = Branch::open(timing(), vec![off.named("kitchen")]).await;
    (branch, off)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_printed_without_a_line_and_told_when_it_is_back() {
    let (mut branch, off) = branch_with_a_printer_that_is_off().await;
    for id in ["1", "2"] {
        branch.server.send(slip(id));
    }
    branch.server.acked_all(2).await;
    branch.server.cut();
    // The computer is restarted meanwhile.
    branch.stop().await;
    branch.start();
    let printer = off.switch_on();
    eventually("both come out", || printer.papers().len() == 2).await;
    assert_eq!(branch.server.results(), []);

    branch.server.repair();
    assert_eq!(branch.server.outcome("1").await, JobOutcome::Printed);
    assert_eq!(branch.server.outcome("2").await, JobOutcome::Printed);
    assert_eq!(branch.server.hello(2).await.last_seq, 2);
    assert_eq!(printer.papers(), ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_told_until_the_server_has_it_and_the_slip_stays_one() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.forget_to_answer(true);
    branch.server.send(slip("A1"));
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    let before = branch.server.results().len();

    // The server sends the job again, for it does not know; the agent says again what it said.
    branch.server.cut();
    branch.server.repair();
    eventually("it is told again", || {
        branch.server.results().len() > before
    })
    .await;
    branch.server.forget_to_answer(false);
    branch.server.cut();
    branch.server.repair();
    branch.server.hello(3).await;
    branch.server.send(slip("A2"));
    assert_eq!(branch.server.outcome("A2").await, JobOutcome::Printed);
    assert!(
        branch
            .server
            .results()
            .iter()
            .all(|result| result.outcome() == JobOutcome::Printed)
    );
    assert_eq!(printer.papers(), ["A1", "A2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_is_never_printed() {
    let (mut branch, off) = branch_with_a_printer_that_is_off().await;
    branch.server.send(slip("A1"));
    branch.server.send(slip("A2"));
    branch.server.acked_all(2).await;
    branch.server.cancel("A1", 1);
    let ack = branch.server.cancel_ack("A1").await;
    assert_eq!(ack.outcome(), CancelOutcome::Withdrawn);
    // One that the server withdraws before it arrives.
    branch.server.cancel("A3", 1);
    branch.server.cancel_ack("A3").await;
    branch.stop().await;
    branch.start();

    let printer = off.switch_on();
    assert_eq!(branch.server.outcome("A2").await, JobOutcome::Printed);
    branch.server.send(slip("A1"));
    branch.server.send(slip("A3"));
    assert_eq!(branch.server.outcome("A3").await, JobOutcome::Withdrawn);
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Withdrawn);
    assert_eq!(printer.papers(), ["A2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_is_not_withdrawn() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.send(slip("A1"));
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    let told = branch.server.results().len();
    branch.server.cancel("A1", 1);
    let ack = branch.server.cancel_ack("A1").await;
    assert_eq!(ack.outcome(), CancelOutcome::Finished);
    eventually("its result is told again", || {
        branch.server.results().len() > told
    })
    .await;
    assert_eq!(printer.papers(), ["A1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_printed_cannot_be_withdrawn() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    printer.paper_ends_after(1);
    branch.server.send(Job {
        copies: 2,
        ..slip("A1")
    });
    branch.server.begun("A1").await;
    branch.server.sees("kitchen", PrinterState::PaperOut).await;
    branch.server.cancel("A1", 1);
    let ack = branch.server.cancel_ack("A1").await;
    assert_eq!(ack.outcome(), CancelOutcome::Printing);
    printer.set_paper(true);
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_told_on_each_line_and_then_when_it_changes() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.sees("kitchen", PrinterState::Online).await;
    branch.server.send(slip("A1"));
    branch.server.outcome("A1").await;
    assert_eq!(branch.server.states("kitchen"), [PrinterState::Online]);
    branch.server.cut();
    branch.server.repair();
    eventually("it is told again", || {
        branch.server.states("kitchen").len() == 2
    })
    .await;
    printer.set_paper(false);
    branch.server.send(slip("A2"));
    branch.server.sees("kitchen", PrinterState::PaperOut).await;
    let told = branch.server.states("kitchen");
    use PrinterState::{Online, PaperOut};
    assert_eq!(told, [Online, Online, PaperOut]);
}
