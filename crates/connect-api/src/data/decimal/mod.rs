//! `java.math.BigDecimal`: an unscaled integer of any size and a scale.
//! ```text
//! text ─▶ parse ─▶ Decimal ─▶ Display (`toString`), `write_plain`, numbers as Java narrows them
//! ```

mod parse;

use std::cmp::Ordering;
use std::fmt::{self, Write};

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{Signed, Zero};

use crate::ConnectError;

/// `unscaled · 10^-scale`. 1.0 and 1.00 differ, as in Java's `equals`; [`Decimal::compare`] finds them equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub unscaled: BigInt,
    pub scale: i32,
}

impl Decimal {
    pub fn new(unscaled: impl Into<BigInt>, scale: i32) -> Self {
        Self { unscaled: unscaled.into(), scale }
    }

    /// `new BigDecimal(text)`: sign, digits of any script, one point, an exponent; no spaces.
    /// # Errors
    /// A `java.lang.NumberFormatException` with Java's message.
    pub fn parse(text: &str) -> Result<Self, ConnectError> {
        parse::parse(text)
    }

    /// `BigDecimal.valueOf(double)`: what `Double.toString` prints.
    /// # Errors
    /// NaN and infinities have no decimal: a `java.lang.NumberFormatException`.
    pub fn from_f64(value: f64) -> Result<Self, ConnectError> {
        Self::parse(&crate::java::double_to_string(value))
    }

    /// `compareTo`: by value, whatever the scales.
    pub fn compare(&self, other: &Self) -> Ordering {
        let signs = self.unscaled.sign().cmp(&other.unscaled.sign());
        if signs != Ordering::Equal || self.unscaled.is_zero() {
            return signs;
        }
        let order = self.compare_magnitude(other);
        if self.unscaled.is_negative() { order.reverse() } else { order }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.whole_digits(), other.whole_digits());
        if ours.0 > theirs.1 || ours.1 < theirs.0 {
            return ours.0.cmp(&theirs.0);
        }
        let (ours, theirs) = (self.magnitude_digits(), other.magnitude_digits());
        let exponent = |digits: &str, scale: i32| digits.len() as i64 - i64::from(scale);
        // As many digits before the point: then text order is the order of the numbers, trailing zeros aside.
        exponent(&ours, self.scale)
            .cmp(&exponent(&theirs, other.scale))
            .then_with(|| ours.trim_end_matches('0').cmp(theirs.trim_end_matches('0')))
    }

    /// At least and at most how many digits stand before the point, without printing them; not for zero.
    fn whole_digits(&self) -> (i64, i64) {
        // log10(2) is a little more than 30102/100000, and less than 30103/100000.
        let bits = self.unscaled.bits() as i64;
        let (least, most) = ((bits - 1) * 30_102 / 100_000 + 1, bits * 30_103 / 100_000 + 1);
        (least - i64::from(self.scale), most - i64::from(self.scale))
    }

    fn magnitude_digits(&self) -> String {
        self.unscaled.magnitude().to_string()
    }

    /// How many digits the unscaled value has; 1 for zero.
    pub fn precision(&self) -> usize {
        self.magnitude_digits().len()
    }

    /// `setScale(scale)`; none where digits would be lost, for which Java raises `ArithmeticException: Rounding necessary`,
    /// and where the result would have more than a million digits more.
    pub fn with_scale(&self, scale: i32) -> Option<Self> {
        let by = i64::from(scale) - i64::from(self.scale);
        if self.unscaled.is_zero() || by == 0 {
            return Some(Self { unscaled: self.unscaled.clone(), scale });
        }
        let power = power_of_ten(by.unsigned_abs())?;
        if by > 0 {
            return Some(Self { unscaled: &self.unscaled * BigInt::from(power), scale });
        }
        let power = BigInt::from(power);
        (&self.unscaled % &power).is_zero().then(|| Self { unscaled: &self.unscaled / power, scale })
    }

    /// `toBigInteger().longValue()`: the fraction is cut off, then the lowest 64 bits are taken.
    pub fn to_i64_wrapping(&self) -> i64 {
        let digits = if self.scale > 0 { self.precision() as i64 } else { 0 };
        // 10^64 is a multiple of 2^64.
        if self.unscaled.is_zero() || self.scale <= -64 || i64::from(self.scale) > digits {
            return 0;
        }
        let power = BigInt::from(BigUint::from(10u8).pow(self.scale.unsigned_abs()));
        low_bits(&if self.scale > 0 { &self.unscaled / power } else { &self.unscaled * power })
    }

    /// `doubleValue()`: the nearest double, an infinity beyond the largest.
    pub fn to_f64(&self) -> f64 {
        self.exponential().parse().unwrap_or(f64::NAN)
    }

    /// `floatValue()`: the nearest float, an infinity beyond the largest.
    pub fn to_f32(&self) -> f32 {
        self.exponential().parse().unwrap_or(f32::NAN)
    }

    fn exponential(&self) -> String {
        format!("{}e{}", self.unscaled, -i64::from(self.scale))
    }

    /// `toPlainString()`: without an exponent, so that its length follows the scale, up to 2³¹ characters.
    /// # Errors
    /// Those of `out`.
    pub fn write_plain(&self, out: &mut impl Write) -> fmt::Result {
        let digits = self.magnitude_digits();
        if self.unscaled.is_negative() {
            out.write_char('-')?;
        }
        if self.scale > 0 {
            return write_with_point(out, &digits, self.scale.unsigned_abs() as usize);
        }
        out.write_str(&digits)?;
        let zeros = if self.unscaled.is_zero() { 0 } else { self.scale.unsigned_abs() };
        (0..zeros).try_for_each(|_| out.write_char('0'))
    }
}

/// Refuses what would take gigabytes.
fn power_of_ten(exponent: u64) -> Option<BigUint> {
    let exponent = u32::try_from(exponent).ok().filter(|&exponent| exponent <= 1_000_000)?;
    Some(BigUint::from(10u8).pow(exponent))
}

/// `BigInteger.longValue()`.
fn low_bits(value: &BigInt) -> i64 {
    let low = value.iter_u64_digits().next().unwrap_or(0);
    if value.sign() == Sign::Minus { low.wrapping_neg() as i64 } else { low as i64 }
}

fn write_with_point(out: &mut impl Write, digits: &str, scale: usize) -> fmt::Result {
    match digits.len().checked_sub(scale) {
        Some(whole) if whole > 0 => write!(out, "{}.{}", &digits[..whole], &digits[whole..]),
        _ => {
            out.write_str("0.")?;
            (digits.len()..scale).try_for_each(|_| out.write_char('0'))?;
            out.write_str(digits)
        }
    }
}

/// Java's `toString`: with an exponent if the scale is negative or more than five zeros would follow the point.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.unscaled);
        }
        let digits = self.magnitude_digits();
        let exponent = digits.len() as i64 - 1 - i64::from(self.scale);
        if self.unscaled.is_negative() {
            f.write_char('-')?;
        }
        if self.scale > 0 && exponent >= -6 {
            return write_with_point(f, &digits, self.scale as usize);
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        write!(f, "{first}{point}{rest}")?;
        if exponent == 0 { Ok(()) } else { write!(f, "E{exponent:+}") }
    }
}
