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
    (services: $($service:ident),*; others: $($other:ident),*;) => {
        /// The services, each named as the package that it serves, in the order in which they are started.
        pub const SERVICES: [&str; [$(stringify!($service)),*].len()] = [$(stringify!($service)),*];

        $(packages!($service);)*
        $(packages!($other);)*
    };
    ($name:ident) => {
        pub mod $name {
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/yizhimai.", stringify!($name), ".v1.rs"));
            }
        }
    };
}

// A new service is entered here, and its binary, database, key and ports follow.
packages! {
    services: staff, catalog, capacity, ordering, payments, membership, printing;
    others: channels, common, gateway, invoicing, options;
}

use options::v1::StatusClass;

/// A reason of a refusal: a value of the enum in a package's `reasons.proto`.
pub trait ProblemReason: Copy {
    /// The reason as it is sent, such as `OUT_OF_STOCK`.
    fn word(self) -> &'static str;

    /// The class it declares beside itself.
    fn status_class(self) -> StatusClass;
}

include!(concat!(env!("OUT_DIR"), "/reasons.rs"));

/// The reason with this word, as it is stored here, and its class.
#[must_use]
pub fn find_reason(word: &str) -> Option<(&'static str, StatusClass)> {
    let found = REASONS.binary_search_by_key(&word, |(known, _)| known);
    found.ok().map(|index| REASONS[index])
}
