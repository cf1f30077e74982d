//! Serves devices that a vendor's cloud drives, a turn at a time.
//!
//! A turn adds the device to its organisation's account, or takes a removed one out of it; asks how it is; asks what
//! became of what the cloud was given; and gives the next job. Whoever takes a turn has leased the device, so that
//! one process does at a time, and what it is about to do is stored before the cloud is called: a turn that ended in
//! the middle leaves a try of which nobody knows, and never one that is given again by itself.

mod ask;
mod give;
mod register;
mod served;

use std::{collections::BTreeMap, sync::Arc};

use chassis::{db::StoreError, error::Problem};
use chrono::{DateTime, Utc};
use print_clouds::{CallError, Http, HttpSettings, Vendor};
use url::Url;

use self::served::Served;
use super::{
    Dependencies,
    dispatch::{self, DeviceKey},
};
use crate::{
    domain::{
        cloud::{self, Problem as Trouble},
        device::{Sighting, State},
    },
    store,
};

/// Where the vendors' clouds are, and what calls them; clones share everything.
#[derive(Clone, Debug)]
pub struct Clouds {
    http: Http,
    bases: Arc<BTreeMap<Vendor, Url>>,
}

impl Clouds {
    /// Clouds at other addresses than their own where `bases` has one.
    pub fn new(bases: BTreeMap<Vendor, Url>) -> anyhow::Result<Self> {
        Ok(Self {
            http: Http::new(HttpSettings::default())?,
            bases: Arc::new(bases),
        })
    }

    fn base(&self, vendor: Vendor) -> Url {
        let known = self.bases.get(&vendor);
        known.cloned().unwrap_or_else(|| vendor.home())
    }
}

/// Why a turn could not do its work.
#[derive(Debug)]
enum Failure {
    /// There is no account.
    NoAccount,
    /// The cloud has refused, or was not reached.
    Cloud(CallError),
    /// Something of ours.
    Internal(Problem),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Internal(problem)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Does what is to be done for a device that was leased. Returns when there is next something to do; `None` when
/// nothing is left.
pub async fn turn(deps: &Dependencies, key: DeviceKey) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(mut served) = Served::load(deps, key).await? else {
        return Ok(None);
    };
    if served.device.archived {
        return register::let_go(&mut served).await;
    }
    if served
        .link
        .rests(served.account_version(), deps.clock.now())
    {
        return Ok(Some(served.link.state_due_at));
    }
    match work(&mut served).await {
        Ok(()) => {}
        Err(Failure::NoAccount) => trouble(&mut served, Trouble::NoAccount, "").await?,
        Err(Failure::Cloud(error)) => {
            let why = error.to_string();
            tracing::warn!(device.id = %key.device, cloud = %served.vendor, error = why, "a cloud does not serve a device");
            trouble(&mut served, cloud::problem(&error), &why).await?;
        }
        Err(Failure::Internal(problem)) => return Err(problem),
    }
    let mut tx = deps.db.tenant(key.org).await?;
    let ask = store::cloud_orders::next_ask(&mut tx, key.device).await?;
    let state = served.link.state_due_at;
    // Nothing is asked while the cloud does not answer.
    let asks = ask.filter(|_| served.link.problem.is_none());
    Ok(Some(asks.map_or(state, |ask| ask.min(state))))
}

async fn work(served: &mut Served<'_>) -> Result<(), Failure> {
    register::add(served).await?;
    if served.link.state_due_at <= served.deps.clock.now() {
        look(served).await?;
    }
    ask::ask(served).await?;
    give::give(served).await
}

/// Asks how the device is.
async fn look(served: &mut Served<'_>) -> Result<State, Failure> {
    let call = served.call()?;
    let asked = call.cloud.printer_state(call.context(), served.serial());
    let said = asked.await.map_err(|error| match error {
        // What some vendors say of a printer that is not the account's.
        CallError::Rejected { code, text } => CallError::UnknownPrinter { code, text },
        error => error,
    });
    let sighting = cloud::sighting(said.map_err(Failure::Cloud)?);
    served
        .link
        .seen(&served.device.settings, served.deps.clock.now());
    served.store().await?;
    served.note_refused(None).await?;
    dispatch::device_state(served.deps, served.key, &sighting).await?;
    Ok(sighting.state)
}

/// Notes that the device cannot be served. What a person has to mend makes it unreachable at once; a cloud that does
/// not answer says nothing of its printers, which count as offline when nothing was heard of them for their time.
async fn trouble(served: &mut Served<'_>, problem: Trouble, why: &str) -> Result<(), Problem> {
    let now = served.deps.clock.now();
    served.link.fail(problem, now);
    served.link.account_version = served.account_version();
    served.store().await?;
    if problem == Trouble::AccountRefused {
        served.note_refused(Some(now)).await?;
    }
    if problem != Trouble::Unreachable {
        let sighting = Sighting {
            reason: why.to_owned(),
            ..Sighting::of(State::Offline)
        };
        dispatch::device_state(served.deps, served.key, &sighting).await?;
    }
    Ok(())
}
