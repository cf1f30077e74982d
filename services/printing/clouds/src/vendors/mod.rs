//! One folder a vendor.

pub(crate) mod feie;
pub(crate) mod xpyun;
