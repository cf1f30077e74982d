//! One connection of a printer on a port, and what is left of it when the line is closed.

use std::collections::VecDeque;

use crate::{
    printing::{
        canvas::Canvas,
        printers::{
            Shared,
            device::{self, Device, Kind, Paper},
            escpos::{self, RealTime},
            tspl,
        },
        tray::Printed,
    },
    sandbox::Sandbox,
};

/// Something to be done in order.
enum Op {
    Escpos(escpos::Op),
    Tspl(tspl::Op),
}

enum Parser {
    Escpos(escpos::Parser),
    Tspl(tspl::Parser),
}

impl Parser {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Tspl => Self::Tspl(tspl::Parser::default()),
            _ => Self::Escpos(escpos::Parser::default()),
        }
    }
}

/// One connection, and what is left of it.
pub struct Session<'a> {
    sandbox: &'a Sandbox,
    shared: &'a Shared,
    name: &'a str,
    device: Device,
    parser: Parser,
    waiting: VecDeque<Op>,
    /// Bytes of what waits.
    buffered: usize,
    paper: Canvas,
    pitch: usize,
    text: String,
    notes: Vec<String>,
    cuts: u64,
    /// It answers nothing in this connection.
    is_mute: bool,
    dies_after: Option<u64>,
    replies: Vec<u8>,
}

/// What follows after something was done.
#[derive(PartialEq, Eq)]
pub enum Next {
    Go,
    /// It was switched off, or has died.
    Off,
}

impl<'a> Session<'a> {
    pub fn new(sandbox: &'a Sandbox, shared: &'a Shared, name: &'a str, device: Device) -> Self {
        let dies = device::fault(sandbox, name, "dies");
        Self {
            sandbox,
            shared,
            name,
            parser: Parser::new(device.kind),
            waiting: VecDeque::new(),
            buffered: 0,
            paper: Canvas::new(device.width),
            pitch: 30,
            text: String::new(),
            notes: Vec::new(),
            cuts: 0,
            is_mute: device::fault(sandbox, name, "never_confirms").is_some(),
            dies_after: dies.map(|fault| fault.number("after_cuts").unwrap_or(0)),
            replies: Vec::new(),
            device,
        }
    }

    fn violation(&self, rule: &str, detail: &str) {
        device::violation(self.sandbox, self.name, rule, detail);
    }

    /// Bytes that it keeps unprinted.
    pub const fn buffered(&self) -> usize {
        self.buffered
    }

    /// Whether nothing waits.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What it has to say, once.
    pub fn replies(&mut self) -> Vec<u8> {
        let replies = std::mem::take(&mut self.replies);
        if self.is_mute { Vec::new() } else { replies }
    }

    /// Hears bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Next {
        if let Some(device) = device::get(self.sandbox, self.name) {
            self.device = device;
        }
        self.buffered += bytes.len();
        let (ops, faults): (Vec<Op>, _) = match &mut self.parser {
            Parser::Escpos(parser) => {
                let heard = parser.feed(bytes);
                for asked in heard.real_time {
                    if let RealTime::Status(n) = asked {
                        self.replies.extend(escpos::status(&self.device, n));
                    }
                }
                (
                    heard.ops.into_iter().map(Op::Escpos).collect(),
                    heard.faults,
                )
            }
            Parser::Tspl(parser) => {
                let heard = parser.feed(bytes);
                for _ in 0..heard.questions {
                    self.replies.extend(tspl::status(&self.device));
                }
                (heard.ops.into_iter().map(Op::Tspl).collect(), heard.faults)
            }
        };
        for fault in faults {
            self.violation("command", &fault);
        }
        self.waiting.extend(ops);
        self.go()
    }

    /// Something about the printer was changed.
    pub fn look(&mut self) -> Next {
        match device::get(self.sandbox, self.name) {
            Some(device) if device.power => {
                self.device = device;
                self.go()
            }
            _ => Next::Off,
        }
    }

    /// Does what waits, as long as it is well.
    fn go(&mut self) -> Next {
        while self.device.is_well()
            && let Some(op) = self.waiting.pop_front()
        {
            let next = match op {
                Op::Escpos(op) => self.escpos(op),
                Op::Tspl(op) => self.tspl(op),
            };
            if next == Next::Off {
                device::change(self.sandbox, self.name, |device| device.power = false);
                return Next::Off;
            }
        }
        if self.waiting.is_empty() {
            self.buffered = match &self.parser {
                Parser::Escpos(parser) => parser.pending(),
                Parser::Tspl(parser) => parser.pending(),
            };
        }
        Next::Go
    }

    fn escpos(&mut self, op: escpos::Op) -> Next {
        use escpos::Op;
        match op {
            Op::Raster {
                row_bytes,
                data,
                wide,
                high,
            } => {
                if self.dies_after == Some(0) {
                    return Next::Off;
                }
                if wide || high || row_bytes * 8 > self.device.width.next_multiple_of(8) {
                    self.violation("picture", &format!("{row_bytes} bytes a row"));
                }
                let top = self.paper.height();
                if self.stops() {
                    let half = data.len() / row_bytes / 2 * row_bytes;
                    self.paper.paint(0, top, row_bytes, &data[..half]);
                    self.slip(1, false, true);
                    self.waiting.push_front(self::Op::Escpos(Op::Raster {
                        row_bytes,
                        data: data[half..].to_vec(),
                        wide,
                        high,
                    }));
                    return Next::Go;
                }
                self.paper.paint(0, top, row_bytes, &data);
            }
            Op::FeedDots(dots) => self.paper.grow(self.paper.height() + dots),
            Op::FeedLines(lines) => {
                self.paper.grow(self.paper.height() + lines * self.pitch);
            }
            Op::Pitch(dots) => self.pitch = dots,
            Op::Cut => {
                self.slip(1, true, false);
                self.cuts += 1;
                if self.dies_after.is_some_and(|cuts| self.cuts >= cuts) {
                    return Next::Off;
                }
            }
            Op::Text(byte) => {
                // Which letter it would be depends on where the printer was sold.
                if byte >= 0x80 {
                    self.violation("text", &format!("byte {byte:02X}"));
                }
                if self.text.len() < 4_096 {
                    self.text.push(char::from(byte));
                }
            }
            Op::Sensor => self.replies.extend(escpos::sensor(&self.device)),
            Op::Barrier(id) => {
                let reply = escpos::barrier(&self.device, id);
                self.replies.extend(reply.unwrap_or_default());
            }
            Op::Note(note) => self.note(note),
        }
        Next::Go
    }

    fn tspl(&mut self, op: tspl::Op) -> Next {
        use tspl::Op;
        match op {
            Op::Size(width, height) => {
                self.paper = Canvas::new(width);
                self.paper.grow(height);
            }
            Op::Clear => {
                let height = self.paper.height();
                self.paper = Canvas::new(self.paper.width());
                self.paper.grow(height);
            }
            Op::Bitmap {
                x,
                y,
                row_bytes,
                data,
            } => self.paper.paint(x, y, row_bytes, &data),
            Op::Print(labels) => {
                if self.dies_after.is_some_and(|cuts| self.cuts >= cuts) {
                    return Next::Off;
                }
                if self.stops() {
                    // The label that was in the printer is lost.
                    return Next::Go;
                }
                let label = self.paper.clone();
                self.slip(labels, true, false);
                self.paper = label;
                self.cuts += 1;
            }
        }
        Next::Go
    }

    /// Whether an armed fault stops the printer here.
    fn stops(&mut self) -> bool {
        let mut stopped = false;
        for word in ["paper_out", "cover_open"] {
            if device::fault(self.sandbox, self.name, word).is_some() {
                let change = |device: &mut Device| match word {
                    "paper_out" => device.paper = Paper::Out,
                    _ => device.cover_open = true,
                };
                device::change(self.sandbox, self.name, change);
                change(&mut self.device);
                stopped = true;
            }
        }
        stopped
    }

    fn note(&mut self, note: &str) {
        if self.notes.len() < 32 {
            self.notes.push(note.to_owned());
        }
    }

    /// What was drawn comes out.
    fn slip(&mut self, copies: u32, cut: bool, partial: bool) {
        if !self.text.is_empty() {
            let text = format!("text: {}", std::mem::take(&mut self.text));
            self.note(&text);
        }
        let blank = Canvas::new(self.device.width);
        let paper = std::mem::replace(&mut self.paper, blank);
        let notes = std::mem::take(&mut self.notes);
        if paper.is_empty() && notes.is_empty() {
            return;
        }
        let printed = Printed {
            at: self.sandbox.clock.now(),
            printer: self.name,
            channel: self.device.kind.name(),
            job: "",
            copies,
            cut,
            partial,
            notes,
        };
        self.shared.tray.put(printed, &paper);
    }

    /// The line is closed: a command that broke off is dropped, and nobody hears answers.
    pub fn forget_part(&mut self) {
        self.parser = Parser::new(self.device.kind);
        self.replies.clear();
    }

    /// The line is closed: what hangs from a printer without a cutter is torn off.
    pub fn end(&mut self) {
        if self.device.kind == Kind::Escpos {
            self.slip(1, false, false);
        }
    }
}
