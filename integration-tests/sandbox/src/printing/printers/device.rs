//! A virtual printer as it was made, and how it is.

use serde::{Deserialize, Serialize};

use super::NAME;
use crate::{
    fault::{self, Fault, Subject},
    record::{self, Violation},
    sandbox::Sandbox,
};

pub const DEVICES: &str = "printers.device";
/// More printers than anybody needs at once.
pub const MOST_DEVICES: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Polls by CloudPRNT.
    Star,
    /// Polls by Server Direct Print.
    Epson,
    /// Listens for ESC/POS.
    Escpos,
    /// Listens for TSPL.
    Tspl,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Star => "star",
            Self::Epson => "epson",
            Self::Escpos => "escpos",
            Self::Tspl => "tspl",
        }
    }

    pub const fn listens(self) -> bool {
        matches!(self, Self::Escpos | Self::Tspl)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    Ok,
    Low,
    Out,
}

/// What a printer on a port answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// Everything, as Epson's do.
    Full,
    /// Status, but no process ids.
    Clone,
    /// Nothing.
    Mute,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    pub kind: Kind,
    /// Where it polls.
    pub url: String,
    /// Seconds between two polls; 0 polls only when told to.
    pub interval_seconds: u64,
    /// The id that an Epson printer gives itself.
    pub id: String,
    /// Where an Epson printer tells how it is when that changes; nowhere when empty.
    pub status_url: String,
    /// A Star printer's hardware address; empty when it gives none.
    pub mac: String,
    /// Sent by basic authentication, where it is not empty.
    pub user: String,
    pub password: String,
    /// Dots of its head; of labels, 320 by 200.
    pub width: usize,
    /// Where a printer listens; 0 for a free port, which is then shown.
    pub port: u16,
    pub answers: Answers,
    pub paper: Paper,
    pub cover_open: bool,
    pub power: bool,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            kind: Kind::Star,
            url: String::new(),
            interval_seconds: 5,
            id: String::new(),
            status_url: String::new(),
            mac: "00:11:62:1d:9a:b7".to_owned(),
            user: String::new(),
            password: String::new(),
            width: 576,
            port: 0,
            answers: Answers::Full,
            paper: Paper::Ok,
            cover_open: false,
            power: true,
        }
    }
}

impl Device {
    /// What speaks against it, if anything.
    pub fn wrong(&self) -> Option<&'static str> {
        let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        if !self.kind.listens() && !is_address(&self.url) {
            Some("url: where it polls")
        } else if !self.status_url.is_empty() && !is_address(&self.status_url) {
            Some("status_url")
        } else if !(8..=2048).contains(&self.width) {
            Some("width: dots")
        } else if self.interval_seconds > 86_400 {
            Some("interval_seconds")
        } else {
            None
        }
    }

    /// Whether it prints.
    pub const fn is_well(&self) -> bool {
        self.power && !self.cover_open && !matches!(self.paper, Paper::Out)
    }
}

/// The printer `name`.
pub fn get(sandbox: &Sandbox, name: &str) -> Option<Device> {
    sandbox.state.get(DEVICES, name)
}

/// Changes how the printer `name` is.
pub fn change(sandbox: &Sandbox, name: &str, change: impl FnOnce(&mut Device)) {
    sandbox.state.change(|tx| {
        if let Some(mut device) = tx.get::<Device>(DEVICES, name) {
            change(&mut device);
            tx.put(DEVICES, name, &device);
        }
    });
}

/// The armed fault `word` of the printer `name`, used up.
pub fn fault(sandbox: &Sandbox, name: &str, word: &str) -> Option<Fault> {
    let subject = Subject {
        system: NAME,
        calls: &[],
        reference: name,
    };
    sandbox
        .state
        .change(|tx| fault::take(tx, &subject, |fault| fault.fault == word))
}

/// Records that the platform has told the printer `name` something against `rule`.
pub fn violation(sandbox: &Sandbox, name: &str, rule: &str, detail: impl Into<String>) {
    let violation = Violation {
        at: sandbox.clock.now(),
        system: NAME.to_owned(),
        reference: name.to_owned(),
        subject: name.to_owned(),
        rule: rule.to_owned(),
        detail: detail.into(),
    };
    sandbox.state.change(|tx| record::violation(tx, &violation));
}
