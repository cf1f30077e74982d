//! String enums of the JSON, each tied to its protobuf enum.

/// Declares a string enum in `lower_snake` form with conversions from and to its protobuf enum;
/// a number the enum does not know is refused, never guessed.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident = $proto:ty { $($(#[$case_doc:meta])* $case:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
        }

        impl $name {
            /// Reads the number of a protobuf field.
            pub fn from_wire(value: i32) -> std::result::Result<Self, $crate::problem::Rejection> {
                Self::from_wire_or_none(value).ok_or_else(|| {
                    $crate::problem::Rejection::internal(anyhow::anyhow!(
                        concat!("unknown ", stringify!($name), " {}"), value
                    ))
                })
            }

            /// Reads the number of a protobuf field that may be unset.
            pub fn from_wire_or_none(value: i32) -> Option<Self> {
                type Wire = $proto;
                match Wire::try_from(value) {
                    $(Ok(Wire::$case) => Some(Self::$case),)+
                    _ => None,
                }
            }

            /// The number for a protobuf field.
            #[allow(dead_code, clippy::allow_attributes, reason = "some are only read")]
            pub fn to_wire(self) -> i32 {
                type Wire = $proto;
                match self {
                    $(Self::$case => Wire::$case as i32,)+
                }
            }
        }
    };
}

pub(crate) use wire_enum;
