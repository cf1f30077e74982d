//! Creating a tenant.

use chassis::{
    authn::{Plan, Scope},
    error::{Problem, Violations},
    id::{AccountId, OrganisationId},
    service::Context,
    text,
};

use super::passwords::PasswordQueue;
use crate::{
    domain::{
        account, account::Account, organisation, organisation::Organisation, password, role::Role,
    },
    store,
};

/// What a new tenant is made from, as typed.
pub struct NewOrganisation {
    /// Id chosen by the caller.
    pub id: OrganisationId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Account of the owner.
    pub owner_account: String,
    /// Name of the owner.
    pub owner_name: String,
    /// Password of the owner.
    pub owner_password: String,
    /// Plan.
    pub plan: Plan,
}

/// Creates an organisation with its owner; with an id that exists it returns what is there.
pub async fn create(ctx: &Context, new: NewOrganisation) -> Result<Organisation, Problem> {
    let mut violations = Violations::new();
    let wanted = Organisation {
        id: new.id,
        code: organisation::code("code", &new.code, &mut violations),
        name: text::bounded("name", &new.name, 1..=60, &mut violations),
        plan: new.plan,
    };
    let owner_account = account::account_name("owner_account", &new.owner_account, &mut violations);
    let owner_name = text::bounded("owner_name", &new.owner_name, 1..=60, &mut violations);
    password::check(
        "owner_password",
        &new.owner_password,
        &owner_account,
        &mut violations,
    );
    violations.into_result()?;

    let queue = PasswordQueue::enter(&wanted.code).await;
    let owner = Account {
        org: wanted.id,
        id: AccountId::new(&*ctx.clock),
        account: owner_account,
        name: owner_name,
        role: Role::Owner,
        password_hash: queue.hash(new.owner_password).await?,
        session_generation: 1,
        scope: Scope {
            organisation: true,
            ..Scope::default()
        },
        enabled: true,
        version: 1,
    };
    let mut tx = ctx.db.tenant(wanted.id).await?;
    if store::organisations::insert(&mut tx, &*ctx.clock, &wanted).await? {
        // The organisation is new, so nothing is there that the owner could collide with.
        store::accounts::insert(&mut tx, &*ctx.clock, &owner).await?;
    }
    let organisation = store::organisations::get(&mut tx).await?;
    tx.commit().await?;
    Ok(organisation)
}
