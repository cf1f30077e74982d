//! What a handler asks of a request.

use std::sync::Arc;

use super::Identity;
use crate::{
    error::{CommonReason, Problem},
    id::OrganisationId,
};

/// The caller of a request that has passed authorisation.
pub trait RequestExt {
    /// Who calls. RPCs open to the public have none without a token: ask [`Self::caller`] there.
    fn identity(&self) -> &Identity;

    /// Who calls, if anybody signed in.
    fn caller(&self) -> Option<&Identity>;

    /// Organisation of the caller; refuses a caller that acts for none.
    fn org(&self) -> Result<OrganisationId, Problem>;
}

impl<T> RequestExt for tonic::Request<T> {
    fn identity(&self) -> &Identity {
        self.caller()
            .expect("authorisation lets nobody in without an identity")
    }

    fn caller(&self) -> Option<&Identity> {
        self.extensions().get::<Arc<Identity>>().map(AsRef::as_ref)
    }

    fn org(&self) -> Result<OrganisationId, Problem> {
        self.caller()
            .and_then(|identity| identity.org)
            .ok_or_else(|| {
                Problem::new(CommonReason::Unauthenticated)
                    .message("the token names no organisation")
            })
    }
}
