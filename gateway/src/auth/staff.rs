use std::sync::Arc;

use axum::extract::FromRequestParts;
use chassis::{authn::Identity, error::CommonReason};
use http::request::Parts;

use super::{Exchanged, cookies, with_token};
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
};

/// A signed-in member of staff.
#[derive(Debug, Clone)]
pub struct Staff {
    exchanged: Arc<Exchanged>,
    session: Arc<str>,
}

impl Staff {
    /// A call in this person's name.
    pub fn request<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.exchanged.bearer)
    }

    /// What the person may do.
    pub fn identity(&self) -> &Identity {
        &self.exchanged.identity
    }

    /// The person by a newly exchanged token, which knows of a password entered since the one in memory
    /// was made, possibly through another gateway.
    pub async fn exchanged_anew(&self, gateway: &Gateway) -> Result<Self> {
        gateway.identities().forget(&self.session).await;
        Ok(Self {
            exchanged: gateway.identities().get(gateway, &self.session).await?,
            session: self.session.clone(),
        })
    }

    /// Id of the session.
    pub fn session_id(&self) -> &str {
        &self.exchanged.session_id
    }

    /// Secret of the session, to exchange again.
    pub fn session(&self) -> &Arc<str> {
        &self.session
    }
}

impl FromRequestParts<Gateway> for Staff {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let session = cookies::session(&parts.headers);
        let session = session.ok_or_else(|| Rejection::new(CommonReason::Unauthenticated))?;
        let exchanged = gateway.identities().get(gateway, session).await?;
        Ok(Self {
            exchanged,
            session: session.into(),
        })
    }
}
