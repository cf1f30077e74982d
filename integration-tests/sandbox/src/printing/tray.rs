//! Where slips come out: the newest few, in memory.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::{canvas::Canvas, markup::Line};
use crate::clock::Instant;

/// Slips that are kept; older ones are thrown away.
const MOST_SLIPS: usize = 400;
/// As [`MOST_SLIPS`], in bytes.
const MOST_BYTES: usize = 32 << 20;

#[derive(Default)]
pub struct Tray {
    inner: Mutex<Inner>,
    /// The number of the newest slip.
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Inner {
    slips: VecDeque<Slip>,
    bytes: usize,
    numbers: u64,
}

/// A slip as it came out.
#[derive(Debug, Clone, Serialize)]
pub struct Slip {
    pub number: u64,
    pub at: Instant,
    pub printer: String,
    /// How it came to the printer.
    pub channel: &'static str,
    /// What the printer knows the job by.
    pub job: String,
    pub width: usize,
    pub height: usize,
    /// How often it came out.
    pub copies: u32,
    /// It was cut off; else it hangs from the printer.
    pub cut: bool,
    /// The printer stopped in the middle.
    pub partial: bool,
    /// What else the printer was told, such as a buzzer.
    pub notes: Vec<String>,
    /// Of the picture.
    pub sha256: String,
    /// The lines of a slip in a vendor's mark-up, which has no picture.
    pub lines: Vec<Line>,
    #[serde(skip)]
    pub png: Bytes,
}

/// A slip that comes out now.
pub struct Printed<'a> {
    pub at: Instant,
    pub printer: &'a str,
    pub channel: &'static str,
    pub job: &'a str,
    pub copies: u32,
    pub cut: bool,
    pub partial: bool,
    pub notes: Vec<String>,
}

impl Tray {
    /// Puts a picture on top and returns its number.
    pub fn put(&self, printed: Printed<'_>, picture: &Canvas) -> u64 {
        let png = picture.to_png();
        let size = (picture.width(), picture.height());
        self.add(
            printed,
            size,
            hex::encode(Sha256::digest(&png)),
            Vec::new(),
            png,
        )
    }

    /// Puts a slip on top that a vendor's printer has drawn by itself.
    pub fn put_lines(&self, printed: Printed<'_>, width: usize, lines: Vec<Line>) -> u64 {
        let mut digest = Sha256::new();
        for line in &lines {
            digest.update(line.text.as_bytes());
            digest.update(b"\n");
        }
        let digest = hex::encode(digest.finalize());
        self.add(printed, (width, 0), digest, lines, Bytes::new())
    }

    fn add(
        &self,
        printed: Printed<'_>,
        (width, height): (usize, usize),
        sha256: String,
        lines: Vec<Line>,
        png: Bytes,
    ) -> u64 {
        let mut inner = self.inner.lock();
        inner.numbers += 1;
        let number = inner.numbers;
        let slip = Slip {
            number,
            at: printed.at,
            printer: printed.printer.to_owned(),
            channel: printed.channel,
            job: printed.job.to_owned(),
            width,
            height,
            copies: printed.copies,
            cut: printed.cut,
            partial: printed.partial,
            notes: printed.notes,
            sha256,
            lines,
            png,
        };
        inner.bytes += slip.size();
        inner.slips.push_back(slip);
        while inner.slips.len() > MOST_SLIPS || inner.bytes > MOST_BYTES {
            let Some(oldest) = inner.slips.pop_front() else {
                break;
            };
            inner.bytes -= oldest.size();
        }
        drop(inner);
        self.newest.send_replace(number);
        number
    }

    /// Slips after the number `after`, newest first; of one printer where it is named.
    pub fn list(&self, printer: &str, after: u64, most: usize) -> Vec<Slip> {
        let inner = self.inner.lock();
        let wanted =
            inner.slips.iter().rev().filter(|slip| {
                slip.number > after && (printer.is_empty() || slip.printer == printer)
            });
        wanted.take(most).cloned().collect()
    }

    pub fn get(&self, number: u64) -> Option<Slip> {
        let inner = self.inner.lock();
        let mut slips = inner.slips.iter();
        slips.find(|slip| slip.number == number).cloned()
    }

    /// Throws all slips away.
    pub fn clear(&self) {
        let mut inner = self.inner.lock();
        inner.slips.clear();
        inner.bytes = 0;
    }

    /// Tells the number of the newest slip, and each one after it.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

impl Slip {
    /// What keeping it costs, about.
    fn size(&self) -> usize {
        let lines = self.lines.iter().map(|line| line.text.len() + 64);
        let notes = self.notes.iter().map(String::len);
        512 + self.png.len() + lines.sum::<usize>() + notes.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(printer: &str) -> Printed<'_> {
        Printed {
            at: Instant::from_timestamp(1_768_449_990, 0).unwrap(),
            printer,
            channel: "star",
            job: "j",
            copies: 1,
            cut: true,
            partial: false,
            notes: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_slips_are_thrown_away() {
        let tray = Tray::default();
        let mut newest = tray.watch();
        for _ in 0..MOST_SLIPS + 5 {
            tray.put(printed("kitchen"), &Canvas::new(384));
        }
        tray.put(printed("bar"), &Canvas::new(384));
        let all = tray.list("", 0, usize::MAX);
        assert_eq!(all.len(), MOST_SLIPS);
        assert_eq!(all[0].number, 406);
        assert_eq!(*newest.borrow_and_update(), 406);
        assert!(tray.get(6).is_none());
        assert_eq!(tray.list("bar", 0, 10).len(), 1);
        assert!(tray.list("kitchen", 405, 10).is_empty());
    }

    #[test]
    fn large_slips_push_others_out_sooner() {
        let tray = Tray::default();
        let line = Line::plain("x".repeat(1 << 20));
        for _ in 0..40 {
            tray.put_lines(printed("kitchen"), 384, vec![line.clone()]);
        }
        let kept = tray.list("", 0, usize::MAX).len();
        assert!((20..40).contains(&kept), "{kept}");
        tray.clear();
        assert!(tray.list("", 0, 10).is_empty());
    }
}
