//! A branch: an agent with its printers, and the server it knows.

use std::{collections::BTreeMap, future::Future, net::SocketAddr, time::Duration};

use print_agent::{Address, Config, PrinterConfig, Timing};
use proto::printing::v1::{Barrier, Job, PrinterLanguage};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    label_printer::LabelPrinter,
    server::{CODE, Server},
    slip_printer::{Off, SlipPrinter},
};

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `condition` again and again until it holds; fails the test when it never does.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let holds = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let held = tokio::time::timeout(PATIENCE, holds).await;
    assert!(held.is_ok(), "{what}");
}

/// What must come, as [`eventually`].
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| panic!("{what}"))
}

/// Waits that are long where an answer comes, and short between two tries.
pub fn timing() -> Timing {
    let millis = Duration::from_millis;
    Timing {
        status: Duration::from_secs(20),
        answer: Duration::from_secs(40),
        stall: Duration::from_secs(20),
        ask_again: millis(20),
        retry: millis(10),
        mute: millis(10),
        reconnect: (millis(10), millis(50)),
        ..Timing::default()
    }
}

/// An agent at work in this process.
pub struct Branch {
    pub server: Server,
    config: Config,
    timing: Timing,
    _folder: TempDir,
    running: Option<(CancellationToken, JoinHandle<anyhow::Result<()>>)>,
}

impl Branch {
    /// A branch with these printers.
    pub async fn open(timing: Timing, printers: Vec<PrinterConfig>) -> Self {
        let server = Server::start().await;
        let folder = TempDir::new().unwrap();
        let config = Config {
            server: server.url().parse().unwrap(),
            code: Some(CODE.to_owned()),
            spool: folder.path().join("spool"),
            printers,
        };
        let mut branch = Self {
            server,
            config,
            timing,
            _folder: folder,
            running: None,
        };
        branch.start();
        branch
    }

    /// A branch with one slip printer called `kitchen`.
    pub async fn with_kitchen(timing: Timing) -> (Self, SlipPrinter) {
        let printer = SlipPrinter::start();
        let branch = Self::open(timing, vec![printer.named("kitchen")]).await;
        (branch, printer)
    }

    /// Starts the agent.
    pub fn start(&mut self) {
        let stop = CancellationToken::new();
        let agent = print_agent::run(self.config.clone(), self.timing, stop.clone());
        self.running = Some((stop, tokio::spawn(agent)));
    }

    /// Ends the agent in good order.
    pub async fn stop(&mut self) {
        let (stop, running) = self.running.take().expect("the agent runs");
        stop.cancel();
        within("the agent ends", running).await.unwrap().unwrap();
    }
}

impl SlipPrinter {
    pub fn named(&self, name: &str) -> PrinterConfig {
        slip_printer_at(self.addr(), name)
    }
}

impl Off {
    pub fn named(&self, name: &str) -> PrinterConfig {
        slip_printer_at(self.addr, name)
    }
}

fn slip_printer_at(addr: SocketAddr, name: &str) -> PrinterConfig {
    PrinterConfig {
        name: name.to_owned(),
        address: Address::Tcp(addr.to_string()),
        language: PrinterLanguage::EscPos,
    }
}

impl LabelPrinter {
    pub fn named(&self, name: &str) -> PrinterConfig {
        PrinterConfig {
            name: name.to_owned(),
            address: Address::Tcp(self.addr().to_string()),
            language: PrinterLanguage::Tspl,
        }
    }
}

/// A slip for `kitchen` that says `id`. Its picture holds the bytes of commands, as any picture may.
pub fn slip(id: &str) -> Job {
    let mut picture = id.as_bytes().to_vec();
    picture.extend([0x1D, 0x56, 0x42, 0x00, 0x1B, 0x40, 0x10, 0x04, 0x01, 0x0A]);
    slip_of(id, &picture)
}

/// As [`slip`], with this picture.
pub fn slip_of(id: &str, picture: &[u8]) -> Job {
    let mut data = vec![0x1B, 0x40];
    for band in picture.chunks(6_144) {
        let rows = band.len().div_ceil(48);
        let [low, high] = u16::try_from(rows).unwrap().to_le_bytes();
        data.extend([0x1D, 0x76, 0x30, 0, 48, 0, low, high]);
        data.extend(band);
        data.resize(data.len() + rows * 48 - band.len(), 0);
    }
    data.extend([0x1D, 0x56, 0x42, 0x00]);
    Job {
        language: PrinterLanguage::EscPos.into(),
        ..job(id, data)
    }
}

/// Labels for `labels`, each printed `copies` times by itself.
pub fn labels(id: &str, count: usize, copies: usize) -> Job {
    let mut data = b"SIZE 40 mm,25 mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\n".to_vec();
    for number in 1..=count {
        let text = format!("{id} {number}/{count}");
        let mut picture = text.into_bytes();
        picture.extend(b"\r\nPRINT 9,9\r\n\x1B!?");
        picture.resize(8_000, 0xFF);
        data.extend(b"CLS\r\nBITMAP 0,0,40,200,0,");
        data.extend(picture);
        data.extend(format!("\r\nPRINT 1,{copies}\r\n").bytes());
    }
    Job {
        printer: "labels".to_owned(),
        language: PrinterLanguage::Tspl.into(),
        ..job(id, data)
    }
}

fn job(id: &str, data: Vec<u8>) -> Job {
    Job {
        job_id: id.to_owned(),
        printer: "kitchen".to_owned(),
        attempt: 1,
        copies: 1,
        barrier: Barrier::Parsed.into(),
        expires_at: Some(crate::server::in_an_hour()),
        size_bytes: i32::try_from(data.len()).unwrap(),
        data: data.into(),
        ..Job::default()
    }
}

/// How often each text stands on paper.
pub fn counted(papers: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for paper in papers {
        *counts.entry(paper.as_str()).or_default() += 1;
    }
    counts
}
