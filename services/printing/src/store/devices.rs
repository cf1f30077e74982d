//! Printers, their pairing and how they are.

use chassis::{
    db::{OnConstraint as _, StoreError, SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId, DeviceId, OrganisationId, PrintAgentId},
};
use chrono::{DateTime, Utc};
use proto::printing::v1::PrintingReason;

use crate::domain::{
    device::{Channel, Device, Paper, Status},
    pairing::{Codes, Pairing},
};

/// Selects devices of the organisation, the first parameter.
macro_rules! select_devices {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                device_id AS "id: DeviceId",
                brand_id AS "brand: BrandId",
                branch_id AS "branch: BranchId",
                serial,
                name,
                channel AS "channel: Channel",
                paper AS "paper: Paper",
                model,
                agent_id AS "agent: PrintAgentId",
                agent_address,
                settings,
                paired,
                archived,
                version
            FROM devices
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    id: DeviceId,
    brand: BrandId,
    branch: BranchId,
    serial: String,
    name: String,
    channel: Channel,
    paper: Paper,
    model: String,
    agent: Option<PrintAgentId>,
    agent_address: String,
    settings: serde_json::Value,
    paired: bool,
    archived: bool,
    version: i64,
}

impl TryFrom<Row> for Device {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let settings = serde_json::from_value(row.settings)
            .map_err(|_| StoreError::inconsistent("devices", "settings", row.id))?;
        Ok(Self {
            id: row.id,
            brand: row.brand,
            branch: row.branch,
            serial: row.serial,
            name: row.name,
            channel: row.channel,
            paper: row.paper,
            model: row.model,
            agent: row.agent,
            agent_address: row.agent_address,
            settings,
            paired: row.paired,
            archived: row.archived,
            version: row.version,
        })
    }
}

/// What is stored of a new device and never read back.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// SHA-256 of the secret in its address.
    pub secret_hash: Option<Vec<u8>>,
    /// Key of the vendor's cloud, sealed.
    pub vendor_key: Option<Vec<u8>>,
}

/// Finds a device, archived ones too.
pub async fn find(tx: &mut TenantTx, id: DeviceId) -> Result<Option<Device>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_devices!("AND device_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    found.map(TryInto::try_into).transpose()
}

/// Finds a device that is in use and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: DeviceId) -> Result<Option<Device>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_devices!(
        "AND device_id = $2 AND NOT archived FOR UPDATE",
        org,
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    found.map(TryInto::try_into).transpose()
}

/// Some devices, archived ones too.
pub async fn list_of(tx: &mut TenantTx, ids: &[DeviceId]) -> Result<Vec<Device>, StoreError> {
    let org = tx.org().as_uuid();
    let ids: Vec<_> = ids.iter().map(DeviceId::as_uuid).collect();
    let rows = select_devices!("AND device_id = ANY($2)", org, &ids,)
        .fetch_all(&mut **tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of the devices of a branch by name; `after` is the name and id that the page before ended with.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    paired_only: bool,
    after: Option<&(String, DeviceId)>,
    limit: i64,
) -> Result<Vec<Device>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_devices!(
        "AND branch_id = $2 AND NOT archived AND (paired OR NOT $3)
         AND ($4::text IS NULL OR (name, device_id) > ($4, $5::uuid))
         ORDER BY name, device_id
         LIMIT $6",
        org,
        branch.as_uuid(),
        paired_only,
        after.map(|(name, _)| name.as_str()),
        after.map(|(_, id)| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How many devices in use a branch has. Others wait until the transaction ends.
pub async fn count_for_insert(tx: &mut TenantTx, branch: BranchId) -> Result<i64, StoreError> {
    super::branches::lock(tx, branch).await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM devices
         WHERE org_id = $1 AND branch_id = $2 AND NOT archived"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

fn serial_taken() -> Problem {
    Problem::new(PrintingReason::SerialTaken)
        .message("the serial number is registered already")
        .field("serial", PrintingReason::SerialTaken)
}

/// Stores a new device that was never seen; refuses with `SERIAL_TAKEN` where the organisation has its serial.
pub async fn insert(
    tx: &mut TenantTx,
    device: &Device,
    secrets: &Secrets,
    pairing: &Pairing,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "INSERT INTO devices (
             org_id, device_id, brand_id, branch_id, serial, name, channel, paper, model, agent_id,
             agent_address, secret_hash, vendor_key, settings, paired, pairing_number,
             pairing_failures, pairing_expires_at, codes, codes_since, version, created_at
         )
         VALUES (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21, $22
         )",
        org,
        device.id.as_uuid(),
        device.brand.as_uuid(),
        device.branch.as_uuid(),
        device.serial,
        device.name,
        device.channel as _,
        device.paper as _,
        device.model,
        device.agent.map(|agent| agent.as_uuid()),
        device.agent_address,
        secrets.secret_hash.as_deref(),
        secrets.vendor_key.as_deref(),
        settings(device),
        device.paired,
        pairing.number,
        pairing.failures,
        pairing.expires_at,
        pairing.codes.count,
        pairing.codes.since,
        device.version,
        now,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("devices_own_serial", serial_taken)?;
    let status = Status::unseen(now);
    sqlx::query!(
        "INSERT INTO device_states (
             org_id, device_id, state, reason, state_since, paper_low, firmware, version
         )
         VALUES ($1, $2, $3, '', $4, false, '', $5)",
        org,
        device.id.as_uuid(),
        status.state as _,
        status.since,
        status.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn settings(device: &Device) -> serde_json::Value {
    serde_json::to_value(&device.settings).expect("settings are plain data")
}

/// Stores what may change of a device whose row is locked; refuses with `SERIAL_TAKEN` where it becomes paired
/// and another device anywhere is paired by its serial.
pub async fn update(tx: &mut TenantTx, device: &Device) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE devices
         SET name = $3, model = $4, agent_id = $5, agent_address = $6, settings = $7, paired = $8,
             archived = $9, version = $10
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        device.id.as_uuid(),
        device.name,
        device.model,
        device.agent.map(|agent| agent.as_uuid()),
        device.agent_address,
        settings(device),
        device.paired,
        device.archived,
        device.version,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("devices_paired_serial", serial_taken)?;
    Ok(())
}

/// Whether a device of another organisation is paired by a serial.
pub async fn is_serial_of_others(
    tx: &mut SystemTx,
    org: OrganisationId,
    serial: &str,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM devices
             WHERE serial = $1 AND org_id <> $2 AND paired AND NOT archived
         ) AS "found!""#,
        serial,
        org.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Whether a device in use of the organisation has a serial.
pub async fn is_serial_in_use(tx: &mut TenantTx, serial: &str) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM devices WHERE org_id = $1 AND serial = $2 AND NOT archived
         ) AS "found!""#,
        tx.org().as_uuid(),
        serial,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// How far the pairing of a device is.
pub async fn find_pairing(tx: &mut TenantTx, id: DeviceId) -> Result<Option<Pairing>, StoreError> {
    let row = sqlx::query!(
        "SELECT pairing_number, pairing_failures, pairing_expires_at, codes, codes_since
         FROM devices
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Pairing {
        number: row.pairing_number,
        failures: row.pairing_failures,
        expires_at: row.pairing_expires_at,
        codes: Codes {
            count: row.codes,
            since: row.codes_since,
        },
    }))
}

/// Stores how far the pairing of a device is.
pub async fn update_pairing(
    tx: &mut TenantTx,
    id: DeviceId,
    pairing: &Pairing,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE devices
         SET pairing_number = $3, pairing_failures = $4, pairing_expires_at = $5, codes = $6,
             codes_since = $7
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        pairing.number,
        pairing.failures,
        pairing.expires_at,
        pairing.codes.count,
        pairing.codes.since,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores the secret of a device's address in place of the one before.
pub async fn update_secret(
    tx: &mut TenantTx,
    id: DeviceId,
    secret_hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE devices SET secret_hash = $3 WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        secret_hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The device whose address holds a secret, with its organisation.
pub async fn find_by_secret(
    tx: &mut SystemTx,
    secret_hash: &[u8],
) -> Result<Option<(OrganisationId, DeviceId, Channel)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT
             org_id AS "org: OrganisationId",
             device_id AS "device: DeviceId",
             channel AS "channel: Channel"
         FROM devices
         WHERE secret_hash = $1 AND NOT archived"#,
        secret_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.org, row.device, row.channel)))
}

/// The sealed key of a device's cloud.
pub async fn find_vendor_key(
    tx: &mut TenantTx,
    id: DeviceId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT vendor_key FROM devices WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}

/// Devices in use on an agent.
pub async fn list_of_agent(
    tx: &mut TenantTx,
    agent: PrintAgentId,
) -> Result<Vec<Device>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_devices!(
        "AND agent_id = $2 AND NOT archived ORDER BY device_id",
        org,
        agent.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of the devices in use that a vendor's cloud drives, of all organisations; `after` is the one that the
/// page before ended with.
pub async fn list_of_clouds(
    tx: &mut SystemTx,
    after: (OrganisationId, DeviceId),
    limit: i64,
) -> Result<Vec<(OrganisationId, DeviceId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", device_id AS "device: DeviceId"
         FROM devices
         WHERE channel IN ('xpyun', 'feie') AND NOT archived AND (org_id, device_id) > ($1, $2)
         ORDER BY org_id, device_id
         LIMIT $3"#,
        after.0.as_uuid(),
        after.1.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.device)).collect())
}
