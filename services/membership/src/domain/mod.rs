//! Rules, apart from I/O.

pub mod benefits;
