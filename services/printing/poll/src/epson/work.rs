//! Answers with and without work.

use std::time::Duration;

use crate::{Answer, JobToken};

/// Largest answer that a printer takes.
pub const MAX_WORK_BYTES: usize = 2 << 20;
const MEDIA_TYPE: &str = "text/xml; charset=utf-8";
/// The printer itself, among what may hang on it.
const DEVICE: &str = "local_printer";
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(300);

/// Work that no printer would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work has {0} bytes, more than a printer takes")]
pub struct TooLarge(pub usize);

/// There is nothing to print.
#[must_use]
pub const fn no_work() -> Answer {
    Answer {
        status: 200,
        content_type: Some(MEDIA_TYPE),
        body: Vec::new(),
    }
}

/// A result or a notification was taken. It looks like [`no_work`].
#[must_use]
pub const fn acknowledged() -> Answer {
    no_work()
}

/// One try to print: `epos_print` is the `epos-print` element, whole.
pub fn work(token: JobToken, timeout: Duration, epos_print: &str) -> Result<Answer, TooLarge> {
    let timeout = timeout.clamp(SHORTEST_TIMEOUT, LONGEST_TIMEOUT).as_millis();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <PrintRequestInfo Version=\"2.00\"><ePOSPrint><Parameter>\
         <devid>{DEVICE}</devid><timeout>{timeout}</timeout><printjobid>{token}</printjobid>\
         </Parameter><PrintData>{epos_print}</PrintData></ePOSPrint></PrintRequestInfo>"
    );
    if xml.len() > MAX_WORK_BYTES {
        return Err(TooLarge(xml.len()));
    }
    Ok(Answer {
        status: 200,
        content_type: Some(MEDIA_TYPE),
        body: xml.into_bytes(),
    })
}
