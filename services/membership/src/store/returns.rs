//! What refunds gave back of benefits, once each.

use chassis::{
    db::{StoreError, TenantTx},
    id::{OrderId, RefundId},
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::ReturnBenefitsResponse;

/// The response to a refund that was carried out before.
pub async fn find(
    tx: &mut TenantTx,
    refund: RefundId,
) -> Result<Option<ReturnBenefitsResponse>, StoreError> {
    let response = sqlx::query_scalar!(
        "SELECT response FROM benefit_returns WHERE org_id = $1 AND refund_id = $2",
        tx.org().as_uuid(),
        refund.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let decode = |bytes: Vec<u8>| {
        ReturnBenefitsResponse::decode(bytes.as_slice())
            .map_err(|_| StoreError::inconsistent("benefit_returns", "response", refund))
    };
    response.map(decode).transpose()
}

/// Stores the response to a refund.
pub async fn insert(
    tx: &mut TenantTx,
    refund: RefundId,
    order: OrderId,
    response: &ReturnBenefitsResponse,
    returned_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO benefit_returns (org_id, refund_id, order_id, response, returned_at)
         VALUES ($1, $2, $3, $4, $5)",
        tx.org().as_uuid(),
        refund.as_uuid(),
        order.as_uuid(),
        response.encode_to_vec(),
        returned_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
