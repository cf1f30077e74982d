//! A timer's turn over many tenants: what fails for one never ends it for the others.

use std::{fmt::Display, panic::AssertUnwindSafe};

use anyhow::ensure;
use chassis::id::OrganisationId;
use futures::FutureExt as _;

/// A turn that is under way.
#[derive(Debug, Default)]
pub struct Turn {
    done: usize,
    failed: usize,
}

impl Turn {
    /// Does a part of the turn that concerns one tenant; a failure or a panic is logged and left to the next
    /// turn.
    pub async fn run<T, E: Display>(
        &mut self,
        org: OrganisationId,
        work: impl Future<Output = Result<T, E>>,
    ) -> Option<T> {
        let error = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(done)) => {
                self.done += 1;
                return Some(done);
            }
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => "it panicked".to_owned(),
        };
        self.failed += 1;
        tracing::error!(organisation.id = %org, error, "a timer's work for a tenant failed");
        None
    }

    /// Ends the turn, with an error when some of it failed.
    pub fn end(self) -> anyhow::Result<()> {
        ensure!(
            self.failed == 0,
            "{} of {} parts of the turn failed",
            self.failed,
            self.failed + self.done
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chassis::{clock::SystemClock, id};

    use super::*;

    #[tokio::test]
    async fn what_fails_for_one_tenant_is_done_for_the_next() {
        let org = id::OrganisationId::new(&SystemClock);
        let mut turn = Turn::default();
        let failing = async { Err::<(), _>(anyhow::anyhow!("no luck")) };
        assert_eq!(turn.run(org, failing).await, None);
        let panicking = async { panic!("worse") };
        assert_eq!(turn.run::<(), anyhow::Error>(org, panicking).await, None);
        let fine = async { Ok::<_, anyhow::Error>(7) };
        assert_eq!(turn.run(org, fine).await, Some(7));
        assert_eq!(
            turn.end().unwrap_err().to_string(),
            "2 of 3 parts of the turn failed"
        );
    }
}
