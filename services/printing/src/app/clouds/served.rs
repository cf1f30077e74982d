//! A device with what serving it takes, read at the beginning of a turn.

use chassis::{error::Problem, secret::Secret};
use chrono::{DateTime, Utc};
use print_clouds::{Account, Context, Http, PushCloud, Vendor};
use url::Url;

use super::Failure;
use crate::{
    app::{Dependencies, dispatch::DeviceKey, secrets},
    domain::{
        cloud::{CloudAccount, Link},
        device::Device,
    },
    store,
};

/// A device that is being served.
pub(super) struct Served<'a> {
    pub(super) deps: &'a Dependencies,
    pub(super) key: DeviceKey,
    pub(super) device: Device,
    pub(super) vendor: Vendor,
    pub(super) link: Link,
    /// The account at its cloud, opened; none where there is none.
    pub(super) account: Option<(CloudAccount, Account)>,
    /// The key printed under it.
    pub(super) vendor_key: Option<Secret>,
}

/// What calls to a cloud are made with.
pub(super) struct Call {
    pub(super) cloud: &'static dyn PushCloud,
    http: Http,
    base: Url,
    account: Account,
    now: DateTime<Utc>,
}

impl Call {
    pub(super) const fn context(&self) -> Context<'_> {
        Context {
            http: &self.http,
            base: &self.base,
            account: &self.account,
            now: self.now,
        }
    }
}

impl<'a> Served<'a> {
    /// Reads a device; `None` for one that no cloud drives, or has let go.
    pub(super) async fn load(
        deps: &'a Dependencies,
        key: DeviceKey,
    ) -> Result<Option<Self>, Problem> {
        let mut tx = deps.db.tenant(key.org).await?;
        let (Some(link), Some(device)) = (
            store::cloud_devices::find(&mut tx, key.device).await?,
            store::devices::find(&mut tx, key.device).await?,
        ) else {
            return Ok(None);
        };
        let Some(vendor) = device.channel.vendor() else {
            return Ok(None);
        };
        let mut account = None;
        if let Some(stored) = store::cloud_accounts::find_of(&mut tx, device.channel).await?
            && let Some(secret) = secrets::open_account_key(deps, &mut tx, stored.id).await?
        {
            // What is stored was read by the same rules.
            let opened = Account::parse(&stored.user, secret.reveal());
            account = opened.ok().map(|opened| (stored, opened));
        }
        let vendor_key = secrets::open_vendor_key(deps, &mut tx, key.device).await?;
        tx.commit().await?;
        Ok(Some(Self {
            deps,
            key,
            device,
            vendor,
            link,
            account,
            vendor_key,
        }))
    }

    /// Version of its account; 0 for none.
    pub(super) fn account_version(&self) -> i64 {
        self.account
            .as_ref()
            .map_or(0, |(stored, _)| stored.version)
    }

    pub(super) fn serial(&self) -> &str {
        &self.device.serial
    }

    /// What a call at this instant is made with.
    pub(super) fn call(&self) -> Result<Call, Failure> {
        let (_, account) = self.account.as_ref().ok_or(Failure::NoAccount)?;
        Ok(Call {
            cloud: self.vendor.cloud(),
            http: self.deps.clouds.http.clone(),
            base: self.deps.clouds.base(self.vendor),
            account: account.clone(),
            now: self.deps.clock.now(),
        })
    }

    /// Stores how the device is served.
    pub(super) async fn store(&self) -> Result<(), Problem> {
        let mut tx = self.deps.db.tenant(self.key.org).await?;
        store::cloud_devices::update(&mut tx, self.key.device, &self.link).await?;
        Ok(tx.commit().await?)
    }

    /// Notes whether the cloud refuses the account, where that is news.
    pub(super) async fn note_refused(
        &mut self,
        refused_at: Option<DateTime<Utc>>,
    ) -> Result<(), Problem> {
        let Some((account, _)) = &mut self.account else {
            return Ok(());
        };
        if account.refused_at.is_some() == refused_at.is_some() {
            return Ok(());
        }
        let mut tx = self.deps.db.tenant(self.key.org).await?;
        store::cloud_accounts::note_refused(&mut tx, account, refused_at).await?;
        tx.commit().await?;
        account.refused_at = refused_at;
        Ok(())
    }
}
