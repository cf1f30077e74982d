//! One folder a provider. Each has its adapter, and `vector(kind, inputs)`, which computes what a test
//! vector of that kind expects; `None` when it knows no such kind or an input is missing.

pub(crate) mod ecpay;
pub(crate) mod jkopay;
pub(crate) mod linepay;
pub(crate) mod newebpay;
pub(crate) mod stripe;
pub(crate) mod tappay;
