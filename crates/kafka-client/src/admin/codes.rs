//! Small vocabularies of the protocol: numbers or words on the wire, enums here. What a newer broker adds is kept as it came.

macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal $java:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum $name {
            $($variant,)*
            /// A number that this client does not know.
            Unknown(i8),
        }

        #[allow(dead_code)] // some are only read, some only written
        impl $name {
            /// Every one that has a name.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            pub(in crate::admin) fn of(code: i8) -> Self {
                match code {
                    $($code => $name::$variant,)*
                    other => $name::Unknown(other),
                }
            }

            pub(in crate::admin) fn code(self) -> i8 {
                match self {
                    $($name::$variant => $code,)*
                    $name::Unknown(other) => other,
                }
            }
        }

        impl std::fmt::Display for $name {
            /// Java's name.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $java,)*
                    $name::Unknown(_) => "UNKNOWN",
                })
            }
        }
    };
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum $name {
            $($variant,)*
            /// A word that this client does not know.
            Unknown(String),
        }

        impl $name {
            /// The word of a broker, in any case.
            pub(in crate::admin) fn of(word: &str) -> Self {
                match word {
                    $(word if word.eq_ignore_ascii_case($word) => $name::$variant,)*
                    other => $name::Unknown(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $word,)*
                    $name::Unknown(word) => word,
                })
            }
        }
    };
}

pub(super) use {numbers, words};
