//! Ids and names of things the engine only compares.

use std::{borrow::Cow, fmt};

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// The thing with this name.
            #[must_use]
            pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
                Self(name.into())
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    /// A branch.
    BranchId,
    /// A brand.
    BrandId,
    /// A category of products.
    CategoryId,
    /// A tag of members.
    MemberTagId,
    /// An option.
    OptionId,
    /// A product or combo.
    ProductId,
    /// A rule, whatever its version.
    RuleId,
    /// A segment of members.
    SegmentId,
    /// A slot of a combo.
    SlotId,
    /// A tag of products.
    TagId,
    /// A tier of members.
    TierId,
    /// A variant of a product.
    VariantId,
}

names! {
    /// A channel an order comes by.
    Channel,
    /// A kind of fee other than delivery.
    FeeName,
    /// A way to get an order.
    Method,
    /// A way to pay.
    PaymentMethod,
}
