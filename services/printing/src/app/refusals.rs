//! What the use cases refuse with.

use chassis::error::{CommonReason, Problem};
use proto::printing::v1::PrintingReason;

use crate::domain::{
    job_refusal::JobRefusal,
    pairing::{TooManyCodes, WrongCode},
};

/// There are as many of `what` as there may be.
#[must_use]
pub fn limit(what: &str, max: i64) -> Problem {
    Problem::new(PrintingReason::PrintLimit)
        .message(format!("there are {max} {what} already"))
        .param("what", what)
        .param("max", max)
}

/// The device was not paired.
#[must_use]
pub fn unpaired() -> Problem {
    Problem::new(PrintingReason::DeviceUnpaired).message("the device has to be paired first")
}

/// `count` of `what` still use it.
#[must_use]
pub fn in_use(what: &str, count: i64) -> Problem {
    Problem::new(PrintingReason::DeviceInUse)
        .message(format!("{count} {what} still use it"))
        .param(what, count)
}

impl From<WrongCode> for Problem {
    fn from(wrong: WrongCode) -> Self {
        Self::new(PrintingReason::PairingFailed)
            .message(wrong.to_string())
            .param("left", wrong.left)
            .field("code", PrintingReason::PairingFailed)
    }
}

impl From<TooManyCodes> for Problem {
    fn from(refused: TooManyCodes) -> Self {
        Self::new(CommonReason::RateLimited)
            .message(refused.to_string())
            .param("retry_after_secs", refused.retry_after.num_seconds().max(1))
    }
}

impl From<JobRefusal> for Problem {
    fn from(refused: JobRefusal) -> Self {
        let (reason, state) = match refused {
            JobRefusal::Open { state } => (PrintingReason::JobOpen, state),
            JobRefusal::Decided { state } => (PrintingReason::JobDecided, state),
        };
        Self::new(reason)
            .message(refused.to_string())
            .param("state", state)
    }
}
