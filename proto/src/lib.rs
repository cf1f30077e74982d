//! Generated code of every protobuf package of the platform, and their descriptor set.
//!
//! Nothing is written by hand here but this list; the sources are the `.proto` files beside it.
#![expect(
    missing_docs,
    reason = "the comments of the .proto files are the documentation"
)]
#![expect(clippy::all, reason = "generated code")]
#![expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

/// Descriptors of all packages with their options, as the chassis reads the authorisation rules from.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));

macro_rules! packages {
    ($($name:ident),*) => {
        $(pub mod $name {
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/yizhimai.", stringify!($name), ".v1.rs"));
            }
        })*
    };
}

packages!(capacity, catalog, common, options, ordering, staff);
