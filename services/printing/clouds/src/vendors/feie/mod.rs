//! 飛鵝 (Feie): one address, forms, signed by user, key and time.

mod codes;
mod printers;
mod request;

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;

use self::codes::NO_SUCH_ORDER;
use crate::{
    CallError, Capabilities, Content, Context, Counts, Job, NewPrinter, OrderState, PrinterState,
    PushCloud,
};

/// Speaks Feie's protocol.
#[derive(Debug)]
pub(crate) struct Feie;

static CAPABILITIES: Capabilities = Capabilities {
    max_content_bytes: 5_000,
    needs_key: true,
    queues_while_offline: true,
    remembers_keys: false,
    longest_expiry: TimeDelta::hours(24),
    silence: TimeDelta::minutes(2),
};

#[derive(Deserialize)]
struct DayCounts {
    print: u64,
    waiting: u64,
}

#[async_trait]
impl PushCloud for Feie {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn is_serial(&self, text: &str) -> bool {
        text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    async fn add_printer(
        &self,
        context: Context<'_>,
        printer: &NewPrinter<'_>,
    ) -> Result<(), CallError> {
        printers::add(context, printer).await
    }

    async fn remove_printer(&self, context: Context<'_>, serial: &str) -> Result<(), CallError> {
        printers::remove(context, serial).await
    }

    async fn print(&self, context: Context<'_>, job: &Job<'_>) -> Result<String, CallError> {
        job.check(context, &CAPABILITIES)?;
        let name = match job.content {
            Content::Slip(_) => "Open_printMsg",
            Content::Labels(_) => "Open_printLabelMsg",
        };
        let latest = context.now + CAPABILITIES.longest_expiry;
        let times = job.copies.to_string();
        let expired = job.expires_at.min(latest).timestamp().to_string();
        let fields = [
            ("sn", job.serial),
            ("content", job.content.text()),
            ("times", times.as_str()),
            ("expired", expired.as_str()),
        ];
        let order: String = request::post(context, name, &fields)
            .await?
            .data("the order has no number")?;
        if order.trim().is_empty() {
            return Err(CallError::unreadable("the order has no number"));
        }
        Ok(order)
    }

    async fn order_state(
        &self,
        context: Context<'_>,
        order: &str,
    ) -> Result<OrderState, CallError> {
        let fields = [("orderid", order)];
        let reply = request::call(context, "Open_queryOrderState", &fields).await?;
        if reply.ret == NO_SUCH_ORDER {
            return Ok(OrderState::Absent);
        }
        let printed: bool = reply
            .accepted()?
            .data("whether it was printed is not said")?;
        Ok(if printed {
            OrderState::Printed
        } else {
            OrderState::Waiting
        })
    }

    async fn printer_state(
        &self,
        context: Context<'_>,
        serial: &str,
    ) -> Result<PrinterState, CallError> {
        let fields = [("sn", serial)];
        let said: String = request::post(context, "Open_queryPrinterStatus", &fields)
            .await?
            .data("how the printer is is not said")?;
        state(&said).ok_or_else(|| CallError::unreadable("how the printer is is not said"))
    }

    async fn counts(
        &self,
        context: Context<'_>,
        serial: &str,
        day: NaiveDate,
    ) -> Result<Counts, CallError> {
        let day = day.format("%Y-%m-%d").to_string();
        let fields = [("sn", serial), ("date", day.as_str())];
        let counts: DayCounts = request::post(context, "Open_queryOrderInfoByDate", &fields)
            .await?
            .data("the counts are not said")?;
        Ok(Counts {
            printed: counts.print,
            waiting: counts.waiting,
        })
    }

    async fn clear_queue(&self, context: Context<'_>, serial: &str) -> Result<(), CallError> {
        let fields = [("sn", serial)];
        let reply = request::post(context, "Open_delPrinterSqs", &fields).await?;
        if reply.data("whether it was cleared is not said")? {
            Ok(())
        } else {
            Err(CallError::unreadable("the queue was not cleared"))
        }
    }
}

/// What the sentence means, in either script: 離線, 在線，工作狀態正常, 在線，工作狀態不正常.
fn state(said: &str) -> Option<PrinterState> {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["离线", "離線"]) {
        Some(PrinterState::Offline)
    } else if says(&["不正常"]) {
        Some(PrinterState::Unwell)
    } else if says(&["正常"]) {
        Some(PrinterState::Ready)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
