//! Events are published inside the transaction that made them true, and reach the bus after it.

mod event;
mod wake;

pub use event::{Event, publish};
pub use wake::Wake;
