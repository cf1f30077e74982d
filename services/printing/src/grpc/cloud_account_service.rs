//! The RPCs of `CloudAccountService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id, request,
    secret::Secret,
};
use print_clouds::{Account, InvalidAccount};
use proto::printing::v1::{
    DeleteCloudAccountRequest, DeleteCloudAccountResponse, ListCloudAccountsRequest,
    ListCloudAccountsResponse, SaveCloudAccountRequest, SaveCloudAccountResponse,
    cloud_account_service_server as server,
};
use tonic::Request;

use super::{convert, request::rpcs};
use crate::{
    app::{Dependencies, cloud_accounts},
    domain::device::Channel,
};

/// The gRPC service.
pub struct CloudAccountService {
    deps: Dependencies,
}

impl CloudAccountService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    CloudAccountService: server::CloudAccountService {
        list_cloud_accounts(ListCloudAccountsRequest) -> ListCloudAccountsResponse;
        save_cloud_account(SaveCloudAccountRequest) -> SaveCloudAccountResponse;
        delete_cloud_account(DeleteCloudAccountRequest) -> DeleteCloudAccountResponse;
    }
}

impl CloudAccountService {
    async fn list_cloud_accounts(
        &self,
        request: &Request<ListCloudAccountsRequest>,
    ) -> Result<ListCloudAccountsResponse, Problem> {
        let found = cloud_accounts::list(&self.deps, request.org()?).await?;
        Ok(ListCloudAccountsResponse {
            accounts: found.iter().map(convert::cloud_account).collect(),
        })
    }

    async fn save_cloud_account(
        &self,
        request: &Request<SaveCloudAccountRequest>,
    ) -> Result<SaveCloudAccountResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let channel: Option<Channel> = request::choice("channel", asked.channel, &mut violations);
        let channel = channel.filter(|channel| {
            let is_cloud = channel.is_cloud();
            if !is_cloud {
                violations.push("channel", CommonReason::ValidationFailed);
            }
            is_cloud
        });
        let (user, key) = (asked.user.trim(), asked.key.trim());
        for wrong in Account::parse(user, key).err().into_iter().flatten() {
            let field = match wrong {
                InvalidAccount::User => "user",
                InvalidAccount::Key => "key",
            };
            violations.push(field, CommonReason::ValidationFailed);
        }
        let channel = violations.finish(channel)?;
        let (identity, version) = (request.identity(), asked.version);
        let signs = (user, &Secret::from(key));
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (before, after) =
            cloud_accounts::save(&self.deps, &mut tx, identity, channel, version, signs).await?;
        if let Some(before) = &before {
            audit::before(&convert::cloud_account(before));
        }
        let account = convert::cloud_account(&after);
        audit::after(&account);
        tx.commit().await?;
        Ok(SaveCloudAccountResponse {
            account: Some(account),
        })
    }

    async fn delete_cloud_account(
        &self,
        request: &Request<DeleteCloudAccountRequest>,
    ) -> Result<DeleteCloudAccountResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let raw = &asked.cloud_account_id;
        let id = id::parse("cloud_account_id", raw, &mut violations);
        let id = violations.finish(id)?;
        let (identity, version) = (request.identity(), asked.version);
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let removed = cloud_accounts::delete(&mut tx, identity, id, version).await?;
        audit::removed(&convert::cloud_account(&removed));
        tx.commit().await?;
        Ok(DeleteCloudAccountResponse {})
    }
}
