//! How long is waited for what.

use std::time::Duration;

/// Every wait of the agent; the defaults are those of printing.md.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For a connection to a printer.
    pub connect: Duration,
    /// For the answer to a question about a printer's state.
    pub status: Duration,
    /// For a printer to take some more bytes.
    pub stall: Duration,
    /// For a printer to say that it has printed, while it reports no trouble.
    pub answer: Duration,
    /// Between two questions about the state of a printer that is awaited.
    pub ask_again: Duration,
    /// For a printer in trouble to be helped, once a slip is begun.
    pub blocked: Duration,
    /// As `status` and `answer`, of a printer that never answered anything.
    pub mute: Duration,
    /// Between two tries to reach a printer that a job waits for.
    pub retry: Duration,
    /// Between two looks at an idle printer, where the server says nothing else.
    pub idle: Duration,
    /// First and longest wait before the line is tried again.
    pub reconnect: (Duration, Duration),
    /// Between two heartbeats, where the server says nothing else; the line is dead after three.
    pub heartbeat: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            connect: secs(3),
            status: secs(1),
            stall: secs(10),
            answer: secs(30),
            ask_again: secs(5),
            blocked: secs(600),
            mute: Duration::from_millis(300),
            retry: secs(2),
            idle: secs(30),
            reconnect: (secs(1), secs(30)),
            heartbeat: secs(15),
        }
    }
}
