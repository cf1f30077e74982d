//! 芯烨云 (Xpyun): JSON, signed by user, key and time.

mod codes;
mod printers;
mod request;

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use self::codes::NO_SUCH_ORDER;
use crate::{
    CallError, Capabilities, Content, Context, Counts, Job, NewPrinter, OrderState, PrinterState,
    PushCloud, Voice,
};

/// Speaks Xpyun's protocol.
#[derive(Debug)]
pub(crate) struct Xpyun;

static CAPABILITIES: Capabilities = Capabilities {
    max_content_bytes: 12_288,
    needs_key: false,
    queues_while_offline: false,
    remembers_keys: true,
    longest_expiry: TimeDelta::hours(24),
    silence: TimeDelta::seconds(30),
};

/// Creates no order for a printer that is off: our queue owns waiting and expiry.
const ONLY_WHEN_ONLINE: u8 = 0;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Print<'a> {
    sn: &'a str,
    content: &'a str,
    copies: u8,
    voice: u8,
    mode: u8,
    idempotent: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_offset: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_offset: Option<u8>,
}

#[derive(Serialize)]
struct Of<'a> {
    sn: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    order_id: &'a str,
}

#[derive(Serialize)]
struct Day<'a> {
    sn: &'a str,
    date: String,
}

#[derive(Deserialize)]
struct DayCounts {
    #[serde(alias = "print")]
    printed: u64,
    waiting: u64,
}

#[async_trait]
impl PushCloud for Xpyun {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn is_serial(&self, text: &str) -> bool {
        let is_of_serial = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        text.len() == 15 && text.bytes().all(is_of_serial)
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
        let (method, offset) = match job.content {
            Content::Slip(_) => ("print", None),
            Content::Labels(_) => ("printLabel", Some(0)),
        };
        let print = Print {
            sn: job.serial,
            content: job.content.text(),
            copies: job.copies,
            voice: voice(job.voice),
            mode: ONLY_WHEN_ONLINE,
            idempotent: job.key,
            horizontal_offset: offset,
            vertical_offset: offset,
        };
        let order: String = request::post(context, method, &print)
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
        let order = Order { order_id: order };
        let reply = request::call(context, "queryOrderState", &order).await?;
        if reply.code == NO_SUCH_ORDER {
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
        let reply = request::post(context, "queryPrinterStatus", &Of { sn: serial }).await?;
        match reply.data::<u8>("how the printer is is not said")? {
            0 => Ok(PrinterState::Offline),
            1 => Ok(PrinterState::Ready),
            2 => Ok(PrinterState::Unwell),
            _ => Err(CallError::unreadable("how the printer is is not said")),
        }
    }

    async fn counts(
        &self,
        context: Context<'_>,
        serial: &str,
        day: NaiveDate,
    ) -> Result<Counts, CallError> {
        let day = Day {
            sn: serial,
            date: day.format("%Y-%m-%d").to_string(),
        };
        let counts: DayCounts = request::post(context, "queryOrderStatis", &day)
            .await?
            .data("the counts are not said")?;
        Ok(Counts {
            printed: counts.printed,
            waiting: counts.waiting,
        })
    }

    async fn clear_queue(&self, context: Context<'_>, serial: &str) -> Result<(), CallError> {
        let reply = request::post(context, "delPrinterQueue", &Of { sn: serial }).await?;
        if reply.data("whether it was cleared is not said")? {
            Ok(())
        } else {
            Err(CallError::unreadable("the queue was not cleared"))
        }
    }
}

const fn voice(voice: Voice) -> u8 {
    match voice {
        Voice::Cancelled => 0,
        Voice::Silent => 1,
        Voice::NewOrder => 2,
    }
}

#[cfg(test)]
mod tests;
