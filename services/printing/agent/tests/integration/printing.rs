//! Slips and labels as they come out, and what is said of them.

use proto::printing::v1::{
    Barrier, FailureCause, Job, JobOutcome, PrintEvidence, PrinterLanguage, PrinterState,
};

use crate::{
    label_printer::LabelPrinter,
    slip_printer::SlipPrinter,
    support::{Branch, counted, labels, slip, slip_of, timing},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_comes_out_once_and_is_told() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    let hello = branch.server.hello(1).await;
    assert_eq!(hello.last_seq, 0);
    assert_eq!(hello.printers[0].name, "kitchen");
    assert_eq!(hello.printers[0].language(), PrinterLanguage::EscPos);
    branch.server.sees("kitchen", PrinterState::Online).await;

    let job = slip("A12");
    let bytes = job.data.to_vec();
    branch.server.send(job);
    let result = branch.server.result("A12").await;
    assert_eq!(result.outcome(), JobOutcome::Printed);
    assert_eq!(result.evidence(), PrintEvidence::Parsed);
    assert_eq!(result.copies_printed, 1);
    assert_eq!(result.status_bytes[..], [0x12, 0x12, 0x12]);
    assert!(result.finished_at.is_some());
    assert_eq!(printer.papers(), ["A12"]);
    // To the byte, with the barrier behind it.
    assert_eq!(printer.bytes(), [&bytes[..], &[0x1D, 0x72, 0x01]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epson_says_when_it_has_printed() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    let barrier = Barrier::ProcessId.into();
    for id in ["A1", "A2"] {
        branch.server.send(Job {
            barrier,
            ..slip(id)
        });
        let result = branch.server.result(id).await;
        assert_eq!(result.outcome(), JobOutcome::Printed);
        assert_eq!(result.evidence(), PrintEvidence::Completed);
    }
    assert_eq!(printer.papers(), ["A1", "A2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_slip_comes_in_parts_and_goes_out_whole() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    let mut picture = b"60 lines".to_vec();
    picture.resize(700_000, 0x80);
    let job = slip_of("A1", &picture);
    let bytes = job.data.to_vec();
    branch.server.send(job);
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    let out = printer.bytes();
    assert!(out[..bytes.len()] == bytes[..], "not a byte is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_slip_are_its_bytes_again() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.send(Job {
        copies: 2,
        ..slip("A1")
    });
    let result = branch.server.result("A1").await;
    assert_eq!(
        (result.outcome(), result.copies_printed),
        (JobOutcome::Printed, 2)
    );
    assert_eq!(printer.papers(), ["A1", "A1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_dies_after_the_first_of_two_copies_leaves_one() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    let job = Job {
        copies: 2,
        ..slip("A1")
    };
    printer.hangs_up_at(job.data.len() + 3 + job.data.len() / 2);
    branch.server.send(job);
    let result = branch.server.result("A1").await;
    assert_eq!(result.outcome(), JobOutcome::Unconfirmed);
    assert_eq!(result.copies_printed, 1);
    assert_eq!(result.cause(), FailureCause::Interrupted);
    assert_eq!(printer.papers(), ["A1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_multiply_themselves_and_are_not_multiplied_again() {
    let printer = LabelPrinter::start().await;
    let branch = Branch::open(timing(), vec![printer.named("labels")]).await;
    branch.server.send(labels("A1", 5, 2));
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    let wanted = (1..=5).flat_map(|number| vec![format!("A1 {number}/5"); 2]);
    assert_eq!(printer.labels(), wanted.collect::<Vec<_>>());
    let commands = printer.commands();
    let count = |word: &str| commands.iter().filter(|line| *line == word).count();
    assert_eq!((count("CLS"), count("PRINT 1,2")), (5, 5));

    branch.server.send(Job {
        copies: 2,
        ..labels("A2", 5, 2)
    });
    let result = branch.server.result("A2").await;
    assert_eq!(
        result.cause(),
        FailureCause::BadJob,
        "it would be 20 labels"
    );
    assert_eq!(printer.labels().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_points_on_one_printer_are_printed_in_order_and_not_interleaved() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.send(slip("1 counter"));
    branch.server.send(Job {
        copies: 2,
        ..slip("2 kitchen")
    });
    branch.server.outcome("1 counter").await;
    branch.server.outcome("2 kitchen").await;
    assert_eq!(printer.papers(), ["1 counter", "2 kitchen", "2 kitchen"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_slip_goes_ahead_of_those_that_wait() {
    let printer = SlipPrinter::start();
    printer.set_paper(false);
    let branch = Branch::open(timing(), vec![printer.named("kitchen")]).await;
    branch.server.sees("kitchen", PrinterState::PaperOut).await;
    for id in ["1", "2", "3"] {
        branch.server.send(slip(id));
    }
    branch.server.send(Job {
        urgent: true,
        ..slip("cancelled")
    });
    branch.server.acked_all(4).await;
    printer.set_paper(true);
    branch.server.outcome("3").await;
    assert_eq!(printer.papers(), ["cancelled", "1", "2", "3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_printer_here_can_print_fails_at_once() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    branch.server.send(Job {
        printer: "bar".into(),
        ..slip("A1")
    });
    branch.server.send(Job {
        language: PrinterLanguage::Tspl.into(),
        ..slip("A2")
    });
    branch.server.send(Job {
        copies: 6,
        ..slip("A3")
    });
    branch.server.send(slip("A4"));
    for (id, cause) in [
        ("A1", FailureCause::NoPrinter),
        ("A2", FailureCause::WrongLanguage),
        ("A3", FailureCause::BadJob),
    ] {
        let result = branch.server.result(id).await;
        assert_eq!(
            (result.outcome(), result.cause()),
            (JobOutcome::Failed, cause)
        );
    }
    assert_eq!(branch.server.outcome("A4").await, JobOutcome::Printed);
    assert_eq!(counted(&printer.papers()), [("A4", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_answers_nothing_leaves_it_open_whether_it_printed() {
    let printer = SlipPrinter::start().answers_nothing();
    let quick = print_agent::Timing {
        status: std::time::Duration::from_millis(50),
        answer: std::time::Duration::from_millis(100),
        ..timing()
    };
    let branch = Branch::open(quick, vec![printer.named("kitchen")]).await;
    branch.server.send(slip("A1"));
    let result = branch.server.result("A1").await;
    assert_eq!(result.outcome(), JobOutcome::Unconfirmed);
    assert_eq!(result.evidence(), PrintEvidence::Written);
    assert_eq!(result.cause(), FailureCause::NoAnswer);

    branch.server.send(Job {
        mute_is_printed: true,
        ..slip("A2")
    });
    let result = branch.server.result("A2").await;
    assert_eq!(result.outcome(), JobOutcome::Printed);
    assert_eq!(result.evidence(), PrintEvidence::Written);

    branch.server.send(Job {
        barrier: Barrier::None.into(),
        ..slip("A3")
    });
    assert_eq!(branch.server.outcome("A3").await, JobOutcome::Unconfirmed);
    branch.server.sees("kitchen", PrinterState::Online).await;
    crate::support::eventually("all three are on paper", || printer.papers().len() == 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_printer_in_trouble_is_waited_for() {
    let printer = LabelPrinter::start().await;
    printer.set_status(Some(0x04));
    let branch = Branch::open(timing(), vec![printer.named("labels")]).await;
    branch.server.sees("labels", PrinterState::PaperOut).await;
    branch.server.send(labels("A1", 1, 1));
    branch.server.acked_all(1).await;
    printer.set_status(Some(0x01));
    branch.server.sees("labels", PrinterState::CoverOpen).await;
    assert_eq!(printer.labels(), Vec::<String>::new());
    printer.set_status(Some(0x00));
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    branch.server.sees("labels", PrinterState::Online).await;
}
