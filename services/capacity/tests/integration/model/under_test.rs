//! The system under test: a branch of a real service.

use std::cell::RefCell;

use proptest_state_machine::StateMachineTest;
use tokio::runtime::{Builder, Runtime};

use crate::{common::Shop, model::branch::Branch, model::machine::Machine, model::step::Step};

thread_local! {
    /// Serves one branch after the other, for a service starts slower than most sequences end.
    static SERVICE: RefCell<Option<Service>> = const { RefCell::new(None) };
}

struct Service {
    shop: Shop,
    runtime: Runtime,
}

impl Service {
    fn start() -> Self {
        // One thread: only then can the time of its timers be moved.
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self {
            shop: runtime.block_on(Shop::open()),
            runtime,
        }
    }
}

/// Ends the service of this thread and leaves nothing on the servers; returns whether nothing had to be
/// cut off.
pub fn end_service() -> bool {
    let service = SERVICE.take();
    service.is_none_or(|Service { shop, runtime }| runtime.block_on(shop.close()))
}

/// A new branch.
pub struct UnderTest {
    branch: Branch,
    /// There until it is handed to the next.
    service: Option<Service>,
}

impl Drop for UnderTest {
    /// Also when the branch disagreed.
    fn drop(&mut self) {
        SERVICE.set(self.service.take());
    }
}

impl StateMachineTest for UnderTest {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(_: &Machine) -> Self {
        let service = SERVICE.take().unwrap_or_else(Service::start);
        let branch = service.runtime.block_on(Branch::open(&service.shop));
        Self {
            branch,
            service: Some(service),
        }
    }

    fn apply(mut state: Self, after: &Machine, _: Step) -> Self {
        let service = state.service.as_ref().expect("the branch is open");
        service.runtime.block_on(async {
            if let Some(done) = after.done {
                state.branch.act(done, after).await;
            }
            state.branch.check(&after.reference).await;
        });
        state
    }
}
