//! Enums with a word, as the database and files have it, and a value on the wire.

/// An enum that requests carry.
pub trait WireEnum: Sized {
    /// The value with this number; `None` for unspecified and for one that this build does not know.
    fn from_wire(raw: i32) -> Option<Self>;
}

/// Declares an enum with a word for each variant: `as_str`, `from_word`, `ALL` and `Display`. After a
/// colon stands the generated enum of the same variants, which adds conversions from and to the wire.
///
/// ```
/// chassis::text_enum! {
///     /// Level of a permission.
///     pub enum Level: proto::options::v1::Level {
///         /// Reading.
///         View = "view",
///         /// Reading and changing.
///         Manage = "manage",
///     }
/// }
/// assert_eq!(Level::from_word("view"), Some(Level::View));
/// assert_eq!(Level::Manage.to_wire(), 2);
/// ```
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident : $wire:ty {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $crate::text_enum! {
            $(#[$meta])*
            $vis enum $name {
                $($(#[$doc])* $variant = $word,)+
            }
        }

        impl $name {
            /// Its number on the wire.
            #[must_use]
            $vis fn to_wire(self) -> i32 {
                let value = match self {
                    $(Self::$variant => <$wire>::$variant,)+
                };
                value.into()
            }
        }

        impl $crate::text_enum::WireEnum for $name {
            fn from_wire(raw: i32) -> Option<Self> {
                match <$wire>::try_from(raw).ok()? {
                    $(<$wire>::$variant => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            $vis const ALL: [Self; [$($word),+].len()] = [$(Self::$variant,)+];

            /// Its word in the database and in files.
            #[must_use]
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value with this word.
            #[must_use]
            $vis fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
