//! Gives the limits of a branch or of a template to other branches.

use std::collections::BTreeSet;

use chassis::{
    audit,
    authn::Identity,
    error::{CommonReason, Problem},
    id::{BranchId, LimitTemplateId, OrganisationId},
};

use super::{BranchLimits, set::write};
use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    store::{self, limits::LimitVersion},
};

/// Where limits come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A branch.
    Branch(BranchId),
    /// A template.
    Template(LimitTemplateId),
}

/// Limits that staff give to branches.
#[derive(Clone, Debug)]
pub struct CopyLimits {
    /// Where they come from.
    pub from: Source,
    /// Who takes them.
    pub to: BTreeSet<BranchId>,
    /// Name of who gives them.
    pub actor: String,
}

/// Replaces the limits of branches, of all or of none. Refuses with `BranchUnknown`, `TemplateUnknown`,
/// `OUT_OF_SCOPE`, `CAPACITY_INVALID`.
pub async fn copy(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &CopyLimits,
) -> Result<Vec<BranchLimits>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branches = store::branches::lock_many(&mut tx, &command.to).await?;
    if branches.len() != command.to.len() {
        return Err(Error::BranchUnknown);
    }
    for branch in &branches {
        identity.require_branch(branch.brand_id, branch.branch_id)?;
    }
    let (brand_id, rules, note) = match command.from {
        Source::Branch(branch_id) => {
            let branch = find_branch(&mut tx, identity, branch_id).await?;
            let rules = store::limits::rules(&mut tx, branch_id, branch.limits_version).await?;
            (branch.brand_id, rules, String::new())
        }
        Source::Template(template_id) => {
            let template = store::limits::find_template(&mut tx, template_id)
                .await?
                .ok_or(Error::TemplateUnknown)?;
            (template.brand_id, template.rules, template.name)
        }
    };
    if branches.iter().any(|branch| branch.brand_id != brand_id) {
        // Categories and products are a brand's own: elsewhere the rules would mean nothing.
        return Err(Problem::new(CommonReason::ValidationFailed)
            .message("limits go to branches of the same brand")
            .field("to_branch_ids", CommonReason::ValidationFailed)
            .into());
    }
    let mut given = Vec::with_capacity(branches.len());
    for branch in &branches {
        let known = store::limits::rules(&mut tx, branch.branch_id, branch.limits_version).await?;
        if known == rules {
            given.push(super::get(deps, &mut tx, branch).await?);
            continue;
        }
        audit::changed("limits", branch.branch_id, &known, &rules);
        let change = LimitVersion {
            version: branch.limits_version + 1,
            rules: rules.clone(),
            changed_at: deps.clock.now(),
            changed_by: command.actor.clone(),
            note: note.clone(),
        };
        given.push(write(deps, &mut tx, branch, change).await?);
    }
    tx.commit().await?;
    for branch in branches {
        deps.availabilities.forget(org, branch.branch_id);
    }
    Ok(given)
}
