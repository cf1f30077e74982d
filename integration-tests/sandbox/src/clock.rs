//! The clock of the sandbox: real time plus an offset that the control API sets.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use parking_lot::Mutex;
use tokio::sync::Notify;

pub type Instant = DateTime<Utc>;

pub struct Clock {
    offset: Mutex<TimeDelta>,
    moved: Notify,
}

impl Clock {
    pub fn new(offset: TimeDelta) -> Self {
        Self {
            offset: Mutex::new(offset),
            moved: Notify::new(),
        }
    }

    pub fn now(&self) -> Instant {
        real_now() + self.offset()
    }

    pub fn set(&self, instant: Instant) {
        *self.offset.lock() = instant - real_now();
        self.moved.notify_waiters();
    }

    pub fn offset(&self) -> TimeDelta {
        *self.offset.lock()
    }

    /// Waits until so much time has passed on this clock.
    pub async fn sleep(&self, wait: TimeDelta) {
        let until = self.now() + wait;
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let Ok(left) = (until - self.now()).to_std() else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = moved => {}
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn real_now() -> Instant {
    Utc::now()
}

/// `instant` as Taipei's local time (UTC+8, no daylight saving).
pub fn taipei(instant: Instant) -> DateTime<FixedOffset> {
    const OFFSET_SECS: i32 = 8 * 3600;
    instant.with_timezone(&FixedOffset::east_opt(OFFSET_SECS).expect("eight hours are an offset"))
}

/// The first instant after `now` at which it is `hour`:`minute` in Taipei.
pub fn next_taipei(now: Instant, hour: u32, minute: u32) -> Instant {
    let local = taipei(now);
    let at = local
        .date_naive()
        .and_hms_opt(hour, minute, 0)
        .expect("a time of day")
        .and_local_timezone(*local.offset())
        .single()
        .expect("a fixed offset has no gaps")
        .with_timezone(&Utc);
    if at > now {
        at
    } else {
        at + TimeDelta::days(1)
    }
}
