//! The real program, killed wherever it is.

use std::{
    collections::BTreeMap,
    process::{Child, Command, Stdio},
};

use proto::printing::v1::{Job, JobOutcome};
use tempfile::TempDir;

use crate::{
    server::{CODE, Server},
    slip_printer::{Off, SlipPrinter},
    support::{counted, eventually, slip_of},
};

const JOBS: usize = 40;

struct Agent(Child);

impl Agent {
    fn start(folder: &TempDir, server: &Server, printers: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_print-agent"))
            .arg(folder.path().join("none.toml"))
            .env("PRINT_AGENT_SERVER", server.url())
            .env("PRINT_AGENT_CODE", CODE)
            .env("PRINT_AGENT_SPOOL", folder.path().join("spool"))
            .env("PRINT_AGENT_PRINTERS", printers)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL: nothing of it runs on.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whatever the program was doing when it was killed: every job ends once, no slip comes out twice, and a
/// slip of which nobody knows is not called printed or failed.
#[tokio::test(flavor = "multi_thread")]
async fn killing_the_agent_loses_nothing_and_prints_nothing_twice() {
    let (server, printer) = (Server::start().await, SlipPrinter::start());
    let folder = TempDir::new().unwrap();
    let printers = format!("kitchen=tcp:{}", printer.addr());
    for number in 0..JOBS {
        let id = format!("{number:02}");
        let mut picture = id.clone().into_bytes();
        picture.resize(30_000, 0);
        server.send(Job {
            copies: 1 + (number % 2) as i32,
            ..slip_of(&id, &picture)
        });
    }

    // Killed in the middle of what it does: after some more bytes on paper, or some more acknowledgements.
    for life in 0..12_usize {
        let mut agent = Agent::start(&folder, &server, &printers);
        let (bytes, acked) = (printer.bytes().len(), server.acked());
        let ended = || server.results().len() >= JOBS;
        eventually("the agent does something", || {
            let printed = printer.bytes().len() > bytes + life * 7_919;
            let took = life % 3 == 0 && server.acked() > acked + life;
            printed || took || ended()
        })
        .await;
        agent.kill();
    }
    let _agent = Agent::start(&folder, &server, &printers);
    let mut outcomes = BTreeMap::new();
    for number in 0..JOBS {
        let id = format!("{number:02}");
        let outcome = server.outcome(&id).await;
        outcomes.insert(id, outcome);
    }

    let papers = printer.papers();
    let counts = counted(&papers);
    for (number, (id, outcome)) in outcomes.iter().enumerate() {
        let count = counts.get(id.as_str()).copied().unwrap_or_default();
        let copies = 1 + number % 2;
        assert!(count <= copies, "{id} came out {count} times of {copies}");
        match outcome {
            JobOutcome::Printed => assert_eq!(count, copies, "{id} is called printed"),
            JobOutcome::Unconfirmed => {}
            other => panic!("{id} is {}", other.as_str_name()),
        }
    }
    let doubtful = outcomes
        .values()
        .filter(|outcome| **outcome == JobOutcome::Unconfirmed);
    assert!(
        doubtful.count() <= 12,
        "at most one slip a life is in doubt"
    );
    for result in server.results() {
        assert_eq!(
            result.outcome(),
            outcomes[&result.job_id],
            "one job has one outcome"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_is_said_and_not_tried_for_ever() {
    let (server, folder) = (Server::start().await, TempDir::new().unwrap());
    let agent = Command::new(env!("CARGO_BIN_EXE_print-agent"))
        .arg(folder.path().join("none.toml"))
        .env("PRINT_AGENT_SERVER", server.url())
        .env("PRINT_AGENT_CODE", "WRONG")
        .env("PRINT_AGENT_SPOOL", folder.path().join("spool"))
        .env("PRINT_AGENT_PRINTERS", "kitchen=tcp:127.0.0.1:9")
        .output();
    let ended = tokio::task::spawn_blocking(|| agent)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ended.status.code(), Some(78));
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("pairing code is wrong"), "{said}");
    assert_eq!(server.lines(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_shows_how_the_printers_are() {
    let (server, folder) = (Server::start().await, TempDir::new().unwrap());
    let (ready, empty) = (SlipPrinter::start(), SlipPrinter::start());
    empty.set_paper(false);
    let off = Off::new();
    let printers = format!(
        "a=tcp:{},b=tcp:{},c=tcp:{}",
        ready.addr(),
        empty.addr(),
        off.addr
    );
    let url = server.url();
    let checked = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_print-agent"))
            .arg("check")
            .arg(folder.path().join("none.toml"))
            .env("PRINT_AGENT_SERVER", url)
            .env("PRINT_AGENT_SPOOL", folder.path().join("spool"))
            .env("PRINT_AGENT_PRINTERS", printers)
            .output()
    });
    let checked = checked.await.unwrap().unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].ends_with("online"), "{said}");
    assert!(lines[1].ends_with("paper_out"), "{said}");
    assert!(lines[2].contains("not reached"), "{said}");
}
