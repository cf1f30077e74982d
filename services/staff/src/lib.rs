//! Staff: organisations, accounts, sign-in, sessions, and the identity tokens of staff;
//! and the audit records of all services.
//!
//! It alone signs the identities of staff, and it must never contain what somebody does with a
//! permission: each service enforces its own.

pub mod app;
pub mod domain;
mod events;
mod grpc;
pub mod jobs;
pub mod store;

use chassis::service::{App, BoxFuture, Context, Parts};
use proto::staff::v1::{
    audit_service_server::AuditServiceServer, staff_service_server::StaffServiceServer,
};

/// Migrations of the staff database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/staff");

/// The service.
pub struct Staff;

/// Settings of its own: none yet.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub struct Config {}

impl App for Staff {
    const NAME: &'static str = "staff";
    type Config = Config;

    fn migrator() -> &'static sqlx::migrate::Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, _config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move {
            let redis = ctx.redis.clone();
            let jobs = vec![jobs::remove_old_audit_records(
                ctx.db.clone(),
                ctx.clock.clone(),
            )];
            let staff = StaffServiceServer::new(grpc::StaffRpc::new(ctx.clone()));
            let audit = AuditServiceServer::new(grpc::AuditRpc::new(ctx));
            Ok(Parts {
                routes: tonic::service::Routes::new(staff).add_service(audit),
                consumers: events::consumers(redis),
                jobs,
                ..Parts::default()
            })
        })
    }
}
