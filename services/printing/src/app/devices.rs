//! Printers as staff sets them up.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{BranchId, DeviceId, OrganisationId, PrintAgentId, PrintJobId},
    outbox,
    secret::Secret,
};
use chrono::TimeDelta;
use proto::printing::v1::PrintingReason;
use serde_json::json;

use super::{Dependencies, new_jobs, order_end, refusals, scope, secrets};
use crate::{
    domain::{
        cloud::Problem as CloudProblem,
        device::{Channel, Device, Paper, Settings, Status},
        document::Document,
        job::{self, Job, Reason},
        pairing::Pairing,
    },
    events,
    store::{self, device_states::Counts, devices::Secrets},
};

/// Devices that a branch may have.
pub const MOST_DEVICES: i64 = 50;
/// How far jobs are counted back.
const TROUBLED_SINCE: TimeDelta = TimeDelta::days(1);

/// A device with how it is.
#[derive(Clone, Debug)]
pub struct ShownDevice {
    /// The device.
    pub device: Device,
    /// How it is.
    pub status: Status,
    /// Its jobs.
    pub counts: Counts,
    /// Why its cloud does not serve it.
    pub cloud_problem: Option<CloudProblem>,
}

/// A device as staff wants it.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Branch.
    pub branch: BranchId,
    /// 裝置序號.
    pub serial: String,
    /// Channel.
    pub channel: Channel,
    /// Paper.
    pub paper: Paper,
    /// What may be changed later.
    pub change: DeviceChange,
    /// Key of the vendor's cloud.
    pub vendor_key: Option<Secret>,
}

/// What may change of a device.
#[derive(Clone, Debug)]
pub struct DeviceChange {
    /// Name.
    pub name: String,
    /// Model.
    pub model: String,
    /// Agent.
    pub agent: Option<PrintAgentId>,
    /// Where the agent finds it.
    pub agent_address: String,
    /// What differs between models.
    pub settings: Settings,
}

/// Refuses with `SERIAL_TAKEN` a serial by which a device of another organisation is paired. What is true now may not
/// be when the device is paired, which the database judges then.
pub async fn check_serial(
    deps: &Dependencies,
    org: OrganisationId,
    serial: &str,
) -> Result<(), Problem> {
    let mut tx = deps.db.system("look for a serial number").await?;
    let taken = store::devices::is_serial_of_others(&mut tx, org, serial).await?;
    tx.commit().await?;
    if taken {
        return Err(Problem::new(PrintingReason::SerialTaken)
            .message("the serial number is registered already")
            .field("serial", PrintingReason::SerialTaken));
    }
    Ok(())
}

/// Creates a device and lets it print its pairing code, in the transaction of its idempotency key. Returns it with its
/// secret address, if its channel has one.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    new: NewDevice,
) -> Result<(ShownDevice, Option<Secret>), Problem> {
    let branch = scope::branch(tx, identity, new.branch).await?;
    check_agent(tx, new.branch, new.change.agent).await?;
    if store::devices::count_for_insert(tx, new.branch).await? >= MOST_DEVICES {
        return Err(refusals::limit("devices", MOST_DEVICES));
    }
    let now = deps.clock.now();
    let device = Device {
        id: DeviceId::new(&*deps.clock),
        brand: branch.brand,
        branch: branch.id,
        serial: new.serial,
        name: new.change.name,
        channel: new.channel,
        paper: new.paper,
        model: new.change.model,
        agent: new.change.agent,
        agent_address: new.change.agent_address,
        settings: new.change.settings,
        paired: false,
        archived: false,
        version: 1,
    };
    let secret = new.channel.polls().then(secrets::new_address_secret);
    let vendor_key = match &new.vendor_key {
        Some(key) => Some(secrets::seal_vendor_key(deps, tx, device.id, key).await?),
        None => None,
    };
    let stored = Secrets {
        secret_hash: secret
            .as_ref()
            .map(|secret| secrets::digest(secret.reveal())),
        vendor_key,
    };
    let pairing = Pairing::first(now);
    store::devices::insert(tx, &device, &stored, &pairing, now).await?;
    if device.channel.is_cloud() {
        store::cloud_devices::insert(tx, device.id, device.channel, now).await?;
    }
    print_code(deps, tx, &device, &pairing).await?;
    let address = match &secret {
        Some(secret) => {
            let address = secrets::address(&deps.public_url, secret)?;
            Some(Secret::new(address.to_string()))
        }
        None => None,
    };
    Ok((show(deps, tx, device).await?, address))
}

/// An agent must stand in the branch of its devices.
async fn check_agent(
    tx: &mut TenantTx,
    branch: BranchId,
    agent: Option<PrintAgentId>,
) -> Result<(), Problem> {
    let Some(agent) = agent else {
        return Ok(());
    };
    let found = store::agents::find(tx, agent).await?;
    let in_branch = found.is_some_and(|agent| agent.branch == branch);
    in_branch
        .then_some(())
        .ok_or_else(|| Problem::not_found("print agent"))
}

/// The slip with the pairing code; those before it are of no use any more.
async fn print_code(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: &Device,
    pairing: &Pairing,
) -> Result<(), Problem> {
    let mut before = store::print_jobs::lock_waiting(tx, None, Some(device.id)).await?;
    order_end::withdraw(deps, tx, &mut before, Reason::Removed).await?;
    let job = Job {
        payload: Some(json!({ "pairing": pairing.number })),
        test: true,
        ..new_jobs::blank(
            deps,
            device.brand,
            device.branch,
            device.id,
            Document::TestSlip,
            pairing.expires_at,
        )
    };
    new_jobs::insert(deps, tx, vec![job]).await?;
    Ok(())
}

/// A device as it is shown.
pub async fn show(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: Device,
) -> Result<ShownDevice, Problem> {
    let shown = show_all(deps, tx, vec![device]).await?;
    let found = shown.into_iter().next();
    found.ok_or_else(|| Problem::internal(anyhow::anyhow!("a device without its state")))
}

async fn show_all(
    deps: &Dependencies,
    tx: &mut TenantTx,
    devices: Vec<Device>,
) -> Result<Vec<ShownDevice>, Problem> {
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let states = store::device_states::list(tx, &ids).await?;
    let since = deps.clock.now() - TROUBLED_SINCE;
    let counts = store::device_states::count_jobs(tx, &ids, since).await?;
    let mut problems = Vec::new();
    if devices.iter().any(|device| device.channel.is_cloud()) {
        problems = store::cloud_devices::list_problems(tx, &ids).await?;
    }
    let of = |device: Device| {
        let problem = problems.iter().find(|(id, _)| *id == device.id);
        let status = states.iter().find(|(id, _)| *id == device.id);
        let counts = counts.iter().find(|(id, _)| *id == device.id);
        let (_, status) = status.ok_or_else(|| {
            Problem::internal(anyhow::anyhow!("device {} has no state", device.id))
        })?;
        Ok(ShownDevice {
            status: status.clone(),
            counts: counts.map(|(_, counts)| *counts).unwrap_or_default(),
            cloud_problem: problem.map(|(_, problem)| *problem),
            device,
        })
    };
    devices.into_iter().map(of).collect()
}

/// A page of the devices of a branch.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch: BranchId,
    paired_only: bool,
    after: Option<&(String, DeviceId)>,
    limit: i64,
) -> Result<Vec<ShownDevice>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, branch).await?;
    let devices = store::devices::list(&mut tx, branch, paired_only, after, limit).await?;
    show_all(deps, &mut tx, devices).await
}

/// A device that the caller may see.
pub async fn get(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: DeviceId,
) -> Result<ShownDevice, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let device = store::devices::find(&mut tx, id).await?;
    let device = device.filter(|device| !device.archived);
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    identity.require_branch(device.brand, device.branch)?;
    show(deps, &mut tx, device).await
}

/// Loads a device that is locked, and checks who wants to change it.
pub async fn lock(tx: &mut TenantTx, identity: &Identity, id: DeviceId) -> Result<Device, Problem> {
    let device = store::devices::lock(tx, id).await?;
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    identity.require_branch(device.brand, device.branch)?;
    Ok(device)
}

/// Changes a device. Returns it as it was and as it is.
pub async fn update(
    deps: &Dependencies,
    tx: &mut TenantTx,
    before: Device,
    version: i64,
    change: DeviceChange,
) -> Result<(ShownDevice, ShownDevice), Problem> {
    check_version(version, before.version)?;
    check_agent(tx, before.branch, change.agent).await?;
    let after = Device {
        name: change.name,
        model: change.model,
        agent: change.agent,
        agent_address: change.agent_address,
        settings: change.settings,
        version: before.version + 1,
        ..before.clone()
    };
    store::devices::update(tx, &after).await?;
    Ok((show(deps, tx, before).await?, show(deps, tx, after).await?))
}

/// What came of a code that was typed.
#[derive(Debug)]
pub enum Paired {
    /// The device is paired, and was before this or not.
    Yes(Box<ShownDevice>),
    /// The code is wrong, which is counted.
    No(Problem),
}

/// Pairs a device by the code that it printed. A wrong code is no error of the transaction: it has to be counted.
pub async fn pair(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: Device,
    code: &str,
) -> Result<Paired, Problem> {
    if device.paired {
        return Ok(Paired::Yes(Box::new(show(deps, tx, device).await?)));
    }
    let now = deps.clock.now();
    let mut pairing = pairing_of(tx, &device).await?;
    let tried = pairing.try_code(&deps.master_key, device.id, code, now);
    if let Err(wrong) = tried {
        let is_over = wrong.left == 0;
        // The fifth wrong code ends the code: the device prints another one, as long as it may.
        if is_over && pairing.renew(now).is_ok() {
            print_code(deps, tx, &device, &pairing).await?;
        }
        store::devices::update_pairing(tx, device.id, &pairing).await?;
        return Ok(Paired::No(wrong.into()));
    }
    let mut before = store::print_jobs::lock_waiting(tx, None, Some(device.id)).await?;
    order_end::withdraw(deps, tx, &mut before, Reason::Removed).await?;
    let device = Device {
        paired: true,
        version: device.version + 1,
        ..device
    };
    store::devices::update(tx, &device).await?;
    announce(deps, tx, &device).await?;
    Ok(Paired::Yes(Box::new(show(deps, tx, device).await?)))
}

async fn pairing_of(tx: &mut TenantTx, device: &Device) -> Result<Pairing, Problem> {
    let found = store::devices::find_pairing(tx, device.id).await?;
    found.ok_or_else(|| Problem::not_found("device"))
}

async fn announce(deps: &Dependencies, tx: &mut TenantTx, device: &Device) -> Result<(), Problem> {
    let states = store::device_states::list(tx, &[device.id]).await?;
    let Some((_, status)) = states.first() else {
        return Ok(());
    };
    let changed = events::device_changed(device, status, status.state, deps.clock.now());
    outbox::publish(tx, &*deps.clock, &[changed]).await
}

/// Lets a device that is not paired print another code.
pub async fn send_code(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: &Device,
) -> Result<(), Problem> {
    if device.paired {
        return Err(
            Problem::new(PrintingReason::AlreadyPaired).message("the device was paired already")
        );
    }
    let mut pairing = pairing_of(tx, device).await?;
    pairing.renew(deps.clock.now())?;
    store::devices::update_pairing(tx, device.id, &pairing).await?;
    print_code(deps, tx, device, &pairing).await
}

/// Gives a device that polls another secret address.
pub async fn renew_address(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: Device,
    version: i64,
) -> Result<(ShownDevice, Secret), Problem> {
    check_version(version, device.version)?;
    if !device.channel.polls() {
        return Err(Problem::new(PrintingReason::NoAddress)
            .message("devices of this channel have no address of their own"));
    }
    let secret = secrets::new_address_secret();
    store::devices::update_secret(tx, device.id, &secrets::digest(secret.reveal())).await?;
    let device = Device {
        version: device.version + 1,
        ..device
    };
    store::devices::update(tx, &device).await?;
    let address = secrets::address(&deps.public_url, &secret)?;
    let shown = show(deps, tx, device).await?;
    Ok((shown, Secret::new(address.to_string())))
}

/// Archives a device without print points. Returns it as it was.
pub async fn archive(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: Device,
    version: i64,
) -> Result<ShownDevice, Problem> {
    check_version(version, device.version)?;
    let points = store::print_points::count_on_device(tx, device.id).await?;
    if points > 0 {
        return Err(refusals::in_use("print_points", points));
    }
    let mut jobs = store::print_jobs::lock_waiting(tx, None, Some(device.id)).await?;
    order_end::withdraw(deps, tx, &mut jobs, Reason::Removed).await?;
    let before = show(deps, tx, device.clone()).await?;
    let archived = Device {
        archived: true,
        version: device.version + 1,
        ..device
    };
    store::devices::update(tx, &archived).await?;
    if archived.channel.is_cloud() {
        store::cloud_devices::wake(tx, archived.id, deps.clock.now()).await?;
    }
    announce(deps, tx, &archived).await?;
    Ok(before)
}

/// 列印測試單: asks a paired device for its test slip.
pub async fn print_test(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: &Device,
) -> Result<PrintJobId, Problem> {
    if !device.paired {
        return Err(refusals::unpaired());
    }
    let job = Job {
        test: true,
        ..new_jobs::blank(
            deps,
            device.brand,
            device.branch,
            device.id,
            Document::TestSlip,
            deps.clock.now() + job::KEEP_TEST,
        )
    };
    let id = job.id;
    new_jobs::insert(deps, tx, vec![job]).await?;
    Ok(id)
}
