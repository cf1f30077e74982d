//! Notifications of status, which a printer posts to a second address when it is told to.

use super::{
    code::Code,
    status::{Status, report},
    xml::{Node, walk},
};
use crate::{DeviceReport, Malformed, text::word};

/// More printers than hang on one.
const MOST_PRINTERS: usize = 32;
const LOCAL: &str = "local_printer";

/// How one printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitored {
    /// Its name there, at most 64 characters.
    pub device: String,
    /// How it is.
    pub report: DeviceReport,
}

impl Monitored {
    pub(super) fn read(xml: &str) -> Result<Vec<Self>, Malformed> {
        let mut found = Vec::new();
        walk(xml, |node| {
            let Node::Open(element) = node else {
                return;
            };
            let status = element.attribute("asbstatus").and_then(Status::hexadecimal);
            if let Some(status) = status
                && element.name == "printerstatus"
                && found.len() < MOST_PRINTERS
            {
                found.push(Self {
                    device: word(element.attribute("devicename").unwrap_or_default()),
                    report: report(&Code::read(""), Some(status)),
                });
            }
        })?;
        Ok(found)
    }

    /// Whether it is the printer that sends the notification.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.device == LOCAL
    }
}
