//! Members for tests, without the way they join.

use chassis::{db::TenantTx, id::MemberId};
use chrono::{DateTime, Utc};

/// Stores a member; columns that the table does not have are left out.
pub async fn insert(tx: &mut TenantTx, member: MemberId, phone: &str, joined_at: DateTime<Utc>) {
    let row = serde_json::json!({
        "org_id": tx.org(), "member_id": member, "version": 1, "state": "active", "name": "王小姐",
        "name_key": "王小姐", "phone": phone, "phone_verified": true, "gender": "not_given",
        "marketing_line": false, "marketing_sms": false, "marketing_email": false,
        "joined_at": joined_at, "source": "counter", "session_generation": 0, "orders": 0,
        "spent": 0,
    });
    sqlx::query("INSERT INTO members SELECT * FROM jsonb_populate_record(NULL::members, $1)")
        .bind(row)
        .execute(&mut **tx)
        .await
        .unwrap();
}
