//! JSON numbers: read without loss, then narrowed as Java's `Number` methods do.

use connect_api::Decimal;

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number<'a> {
    /// Integral and within 64 bits.
    Int(i64),
    /// Integral and beyond: its digits with their sign, and the lowest 64 bits.
    Big { text: &'a str, low: i64 },
    /// With a fraction or an exponent, in any case one that `BigDecimal` takes.
    Decimal(&'a str),
}

impl Number<'_> {
    pub(super) fn is_integral(self) -> bool {
        !matches!(self, Self::Decimal(_))
    }

    /// Integral and within 32 bits.
    pub(super) fn as_int(self) -> Option<i32> {
        if let Self::Int(value) = self { i32::try_from(value).ok() } else { None }
    }

    /// `Number.longValue`: the lowest 64 bits of the whole part. `intValue` and its kin are the lowest bits of that.
    pub(super) fn low_bits(self) -> i64 {
        match self {
            Self::Int(value) | Self::Big { low: value, .. } => value,
            Self::Decimal(_) => self.to_decimal().to_i64_wrapping(),
        }
    }

    /// `Number.doubleValue`. There is no negative zero: `BigDecimal` has none.
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            // What was read is always a number that Rust reads too.
            Self::Big { text, .. } | Self::Decimal(text) => text.parse().unwrap_or(0.0) + 0.0,
        }
    }

    /// `Number.floatValue`.
    pub(super) fn to_f32(self) -> f32 {
        match self {
            Self::Int(value) => value as f32,
            Self::Big { text, .. } | Self::Decimal(text) => text.parse().unwrap_or(0.0) + 0.0,
        }
    }

    /// `JsonNode.decimalValue`: exact, with the scale it was written with.
    pub(super) fn to_decimal(self) -> Decimal {
        match self {
            Self::Int(value) => Decimal::new(value, 0),
            // What was read is always a number that `BigDecimal` reads too.
            Self::Big { text, .. } | Self::Decimal(text) => Decimal::parse(text).unwrap_or_else(|_| Decimal::new(0, 0)),
        }
    }
}
