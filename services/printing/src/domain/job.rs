//! Print jobs and every move of their states.
//!
//! `queued` → `sent` → `printed`, and the exits `failed`, `expired`, `cancelled` and `unconfirmed`. What is sent
//! counts until the end of its lease; what may be on paper is never sent again without saying so. Evidence of
//! paper, however late, makes any job `printed`.

mod moves;

use chassis::id::{
    BranchId, BrandId, DeviceId, OrderId, OrderLineId, PrintJobId, PrintPointId, PrintRuleId,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::printing::v1 as wire;
use uuid::Uuid;

use super::{
    device::Status,
    document::{Document, Per, Trigger},
};

/// How long an attempt counts after it was sent, and again after the device has it.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Tries before a job fails.
pub const MOST_TRIES: i16 = 3;
/// Waits between them: all are within a minute.
const WAITS: [TimeDelta; 2] = [TimeDelta::seconds(10), TimeDelta::seconds(30)];
/// After which time a job of a device that is away moves to the substitute.
pub const MOVE_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How long an agent may take to give a job back.
pub const WITHDRAW_WITHIN: TimeDelta = TimeDelta::seconds(10);
/// Reprints of one slip.
pub const MOST_REPRINTS: i16 = 20;
/// How long a slip of a test or a pairing waits.
pub const KEEP_TEST: TimeDelta = TimeDelta::minutes(2);

chassis::text_enum! {
    /// State of a job.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum State: wire::PrintJobState {
        /// 待印.
        Queued = "queued",
        /// 已送.
        Sent = "sent",
        /// 已印.
        Printed = "printed",
        /// 失敗.
        Failed = "failed",
        /// 已過期.
        Expired = "expired",
        /// 已取消.
        Cancelled = "cancelled",
        /// 可能已印.
        Unconfirmed = "unconfirmed",
    }
}

chassis::text_enum! {
    /// Why a job is as it is.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Reason: wire::PrintJobReason {
        /// The device is not reached.
        Offline = "offline",
        /// 缺紙.
        PaperOut = "paper_out",
        /// 開蓋.
        CoverOpen = "cover_open",
        /// The device reports an error of its own.
        Fault = "fault",
        /// It cannot print what it was sent.
        NotUnderstood = "not_understood",
        /// It did not arrive whole.
        NotTransferred = "not_transferred",
        /// No answer came.
        NoAnswer = "no_answer",
        /// Some of its copies were printed.
        SomeCopies = "some_copies",
        /// It waited longer than a slip may.
        TooOld = "too_old",
        /// The order was closed before the device came back.
        OrderClosed = "order_closed",
        /// The order was cancelled.
        OrderCancelled = "order_cancelled",
        /// Staff cancelled it.
        ByStaff = "by_staff",
        /// Staff says that it was not printed.
        NotPrinted = "not_printed",
        /// Its print point or device was archived.
        Removed = "removed",
        /// It cannot be rendered.
        NotRendered = "not_rendered",
        /// The vendor's cloud refuses it.
        Refused = "refused",
        /// The order was revised.
        OrderRevised = "order_revised",
    }
}

impl Reason {
    /// The device has to recover first: waiting for it is no try.
    const fn is_of_device(self) -> bool {
        matches!(self, Self::Offline | Self::PaperOut | Self::CoverOpen)
    }

    /// Some of it may be on paper all the same, where the device had it.
    const fn may_leave_paper(self) -> bool {
        !self.is_for_good() && !matches!(self, Self::NotTransferred)
    }

    /// Trying again is of no use.
    const fn is_for_good(self) -> bool {
        matches!(
            self,
            Self::NotUnderstood | Self::NotRendered | Self::Refused
        )
    }
}

chassis::text_enum! {
    /// How far an attempt came.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Delivery {
        /// The device was offered it, no more.
        None = "none",
        /// An agent keeps it and may still give it back.
        Held = "held",
        /// The device has it: paper may come.
        Out = "out",
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: PrintJobId,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Device whose queue it is in.
    pub device: DeviceId,
    /// Print point; `None` for slips of a device itself.
    pub point: Option<PrintPointId>,
    /// Rule that asked for it.
    pub rule: Option<PrintRuleId>,
    /// Order.
    pub order: Option<OrderId>,
    /// Revision of the order; 0 for none.
    pub revision: i32,
    /// Document.
    pub document: Document,
    /// Step of the order that asked for it.
    pub trigger: Option<Trigger>,
    /// What makes it one of a kind.
    pub source: Uuid,
    /// Lines of the order it shows.
    pub lines: Vec<OrderLineId>,
    /// How many slips.
    pub per: Per,
    /// What it shows besides an order.
    pub payload: Option<serde_json::Value>,
    /// Copies.
    pub copies: i16,
    /// 補印 n.
    pub reprint: i16,
    /// Job it repeats.
    pub reprint_of: Option<PrintJobId>,
    /// It may be on paper already.
    pub may_be_duplicate: bool,
    /// Device it was moved from.
    pub moved_from: Option<DeviceId>,
    /// A test order, or a slip of a test.
    pub test: bool,
    /// Its first print accepts the order, where the branch wants that.
    pub accepts: bool,
    /// State.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// Number of its last attempt.
    pub attempt: i16,
    /// Tries that count towards giving up.
    pub tries: i16,
    /// It is not sent earlier.
    pub not_before: DateTime<Utc>,
    /// Until when its attempt counts, while it is sent.
    pub lease_until: Option<DateTime<Utc>>,
    /// How far its attempt came.
    pub delivery: Delivery,
    /// Until when an agent has to give it back.
    pub withdraw_until: Option<DateTime<Utc>>,
    /// When the order's step or the request was.
    pub due_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub ended_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

/// What may be done with the first job of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is sent.
    Send,
    /// It waits, and everything behind it.
    Wait,
    /// It is not printed any more.
    Expire(Reason),
    /// Its order was cancelled meanwhile.
    Cancel(Reason),
}

/// What becomes of a job whose attempt led to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was said does not concern the attempt any more.
    Ignored,
    /// It is tried again.
    Again,
    /// It failed.
    Failed,
    /// Nobody knows.
    Unconfirmed,
}

/// What becomes of a job that shall not be printed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is cancelled.
    Cancelled,
    /// Its agent is asked to give it back.
    Asked,
    /// It may be on paper.
    TooLate,
    /// It had come to its end before.
    Ended,
}

impl Job {
    /// Waits to be printed, or is being printed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Queued | State::Sent)
    }

    /// Nobody can say that there is no paper of it.
    #[must_use]
    pub fn may_be_on_paper(&self) -> bool {
        match self.state {
            State::Printed | State::Unconfirmed => true,
            State::Sent => self.delivery != Delivery::None || self.may_be_duplicate,
            _ => self.may_be_duplicate,
        }
    }

    /// Whether another slip has to say what became of its order: there may be paper of it, and no agent was asked to
    /// give it back, whose answer would tell.
    #[must_use]
    pub fn needs_follow_up(&self) -> bool {
        let is_asked_back = self.state == State::Sent && self.withdraw_until.is_some();
        self.document.shows_order() && self.may_be_on_paper() && !is_asked_back
    }

    /// Number of the pairing code that it shows.
    #[must_use]
    pub fn pairing_number(&self) -> Option<i32> {
        let number = self.payload.as_ref()?.get("pairing")?.as_i64()?;
        i32::try_from(number).ok()
    }

    /// It is late: it was due before its device came back.
    fn is_late(&self, status: &Status) -> bool {
        status.recovered_at.is_some_and(|at| self.due_at < at)
    }
}
