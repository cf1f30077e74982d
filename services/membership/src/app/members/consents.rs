//! Consents: each is added, and the last of a kind counts.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{AccountId, ConsentId},
};
use proto::membership::v1::MembershipReason;

use crate::{
    app::Dependencies,
    domain::member::{ConsentKind, ConsentSource, Member},
    store::{self, consents::Consent},
};

/// A consent that is given or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is about.
    pub kind: ConsentKind,
    /// Given, or withdrawn.
    pub agreed: bool,
    /// Version of the text that was shown.
    pub text_version: String,
}

/// Refuses with `CONSENT_REQUIRED` somebody who joins without agreeing to the terms.
pub fn require_terms(choices: &[Choice]) -> Result<(), Problem> {
    let agreed = |choice: &Choice| choice.kind == ConsentKind::Terms && choice.agreed;
    if choices.iter().any(agreed) {
        return Ok(());
    }
    let reason = MembershipReason::ConsentRequired;
    Err(Problem::new(reason)
        .message("membership needs consent to the terms")
        .field("consents", reason))
}

/// Adds consents of a member, by the account where staff records them; the member's row is the caller's to
/// store.
pub async fn add(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: &mut Member,
    choices: &[Choice],
    by: Option<AccountId>,
) -> Result<(), Problem> {
    let source = if by.is_some() {
        ConsentSource::Staff
    } else {
        ConsentSource::Storefront
    };
    for choice in choices {
        let consent = Consent {
            kind: choice.kind,
            agreed: choice.agreed,
            text_version: choice.text_version.clone(),
            source,
            at: deps.clock.now(),
        };
        let id = ConsentId::new(&*deps.clock);
        store::consents::insert(tx, member.id, id, &consent, by).await?;
        member.note_consent(choice.kind, choice.agreed);
    }
    Ok(())
}

/// Adds consents and stores the member. That to the terms ends with the membership alone.
pub async fn set(
    deps: &Dependencies,
    tx: &mut TenantTx,
    mut member: Member,
    choices: &[Choice],
    by: Option<AccountId>,
) -> Result<Vec<Consent>, Problem> {
    let withdraws_terms = |choice: &Choice| choice.kind == ConsentKind::Terms && !choice.agreed;
    if choices.iter().any(withdraws_terms) {
        let reason = MembershipReason::ConsentRequired;
        return Err(Problem::new(reason)
            .message("consent to the terms ends with the membership")
            .field("consents", reason));
    }
    let id = member.id;
    add(deps, tx, &mut member, choices, by).await?;
    member.version += 1;
    store::members::update(tx, &member, false).await?;
    super::publish(deps, tx, &member).await?;
    Ok(last(store::consents::list(tx, id).await?))
}

/// The last consent of each kind.
pub fn last(all: Vec<Consent>) -> Vec<Consent> {
    let mut last: Vec<Consent> = Vec::new();
    for consent in all {
        last.retain(|known| known.kind != consent.kind);
        last.push(consent);
    }
    last.sort_by_key(|consent| consent.kind);
    last
}
