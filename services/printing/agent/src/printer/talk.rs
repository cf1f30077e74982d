//! Questions and answers over a connection.

use std::{io, time::Duration};

use proto::printing::v1::{FailureCause, PrinterLanguage, PrinterState};
use tokio::time::{Instant, timeout, timeout_at};

use super::Condition;
use crate::{
    escpos::{self, Question, Replies, Reply},
    timing::Timing,
    tspl,
    wire::Connection,
};

/// Bytes handed over at a time.
const PART: usize = 4_096;

/// How long a printer's answers are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// To a question about its state.
    pub(crate) status: Duration,
    /// To the question whether it has printed.
    pub(crate) answer: Duration,
}

impl Patience {
    /// With a printer that may answer, or with one that never did.
    pub(crate) fn new(timing: &Timing, mute: bool) -> Self {
        if mute {
            Self {
                status: timing.mute,
                answer: timing.mute,
            }
        } else {
            Self {
                status: timing.status,
                answer: timing.answer,
            }
        }
    }
}

/// A printer that is connected.
pub(crate) struct Talk {
    connection: Box<dyn Connection>,
    language: PrinterLanguage,
    replies: Replies,
    /// What came since it was last asked for.
    pub(super) status: Option<u8>,
    pub(super) parsed: Option<u8>,
    pub(super) printed: Option<[u8; 4]>,
    /// Whether it has ever said anything.
    heard: bool,
}

/// Not all bytes were taken.
#[derive(Debug)]
pub(crate) struct Broken {
    /// How many were.
    pub(crate) taken: usize,
    pub(crate) cause: FailureCause,
}

impl Talk {
    pub(crate) fn new(connection: Box<dyn Connection>, language: PrinterLanguage) -> Self {
        Self {
            connection,
            language,
            replies: Replies::default(),
            status: None,
            parsed: None,
            printed: None,
            heard: false,
        }
    }

    pub(crate) fn language(&self) -> PrinterLanguage {
        self.language
    }

    /// Whether the printer has said anything on this connection.
    pub(crate) fn was_heard(&self) -> bool {
        self.heard
    }

    /// Hands over all bytes; gives up when none is taken for as long as `stall`.
    pub(crate) async fn write(&mut self, bytes: &[u8], stall: Duration) -> Result<(), Broken> {
        let mut taken = 0;
        while taken < bytes.len() {
            let part = &bytes[taken..bytes.len().min(taken + PART)];
            let cause = match timeout(stall, self.connection.write(part)).await {
                Ok(Ok(0)) => FailureCause::Interrupted,
                Ok(Ok(count)) => {
                    taken += count;
                    continue;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, taken, "the connection to a printer broke");
                    FailureCause::Interrupted
                }
                Err(_) => FailureCause::Stalled,
            };
            return Err(Broken { taken, cause });
        }
        Ok(())
    }

    /// Reads what the printer says next; false when it says nothing until then.
    pub(super) async fn hear(&mut self, until: Instant) -> io::Result<bool> {
        let mut buffer = [0; 64];
        let Ok(read) = timeout_at(until, self.connection.read(&mut buffer)).await else {
            return Ok(false);
        };
        let bytes = &buffer[..read?];
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for byte in bytes {
            if self.language == PrinterLanguage::Tspl {
                self.status = Some(*byte);
                self.heard = true;
                continue;
            }
            let Some(reply) = self.replies.read(*byte) else {
                continue;
            };
            self.heard = true;
            match reply {
                Reply::Status(byte) => self.status = Some(byte),
                Reply::Parsed(byte) => self.parsed = Some(byte),
                Reply::Printed(id) => self.printed = Some(id),
            }
        }
        Ok(true)
    }

    /// Asks for one byte of status; none when no answer comes in time.
    pub(super) async fn ask(&mut self, question: &[u8], wait: Duration) -> io::Result<Option<u8>> {
        self.status = None;
        let asked = self.write(question, wait).await;
        asked.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        let until = Instant::now() + wait;
        while self.status.is_none() && self.hear(until).await? {}
        Ok(self.status)
    }

    /// How the printer is; none where it does not say.
    pub(crate) async fn condition(&mut self, wait: Duration) -> io::Result<Option<Condition>> {
        let said = match self.language {
            PrinterLanguage::Tspl => self.ask(&tspl::ASK, wait).await?.map(tspl::condition),
            _ => self.escpos_condition(wait).await?,
        };
        match said {
            Some(said) => Ok(Some(said)),
            None => Ok(self.connection.port_status().await.map(of_port)),
        }
    }

    async fn escpos_condition(&mut self, wait: Duration) -> io::Result<Option<Condition>> {
        let roll = self.ask(&escpos::ask(Question::Roll), wait).await?;
        if roll.is_none() && !self.heard {
            return Ok(None);
        }
        let cause = self.ask(&escpos::ask(Question::OfflineCause), wait).await?;
        let printer = self.ask(&escpos::ask(Question::Printer), wait).await?;
        Ok(escpos::condition(roll, cause, printer))
    }

    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}

/// What the status byte of the printer class says: bit 3 no error, bit 5 paper empty.
fn of_port(byte: u8) -> Condition {
    let state = if byte & 0x20 != 0 {
        PrinterState::PaperOut
    } else if byte & 0x08 == 0 {
        PrinterState::Error
    } else {
        PrinterState::Online
    };
    Condition {
        state,
        paper_low: false,
        bytes: vec![byte],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_s_byte_means_what_the_sheet_says() {
        assert_eq!(of_port(0x18).state, PrinterState::Online);
        assert_eq!(of_port(0x38).state, PrinterState::PaperOut);
        assert_eq!(of_port(0x10).state, PrinterState::Error);
    }
}
