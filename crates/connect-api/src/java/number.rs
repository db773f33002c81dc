//! `Float.toString` and `Double.toString` of JDK 17: Steele and White's digit generation as David Gay and the JDK
//! have it. It stops at the first digit that identifies the number *by the JDK's estimate* of half an ulp, so that
//! some numbers get more digits than they need (1e23 prints as `9.999999999999999E22`); JDK 19 and later print others.
//! ```text
//! bits ─▶ Binary ─┬─▶ whole numbers: decimal digits, the insignificant ones rounded off ─┬─▶ Digits ─▶ plain or E notation
//!                 └─▶ b/s digit by digit, until the rest is below m, half an ulp        ─┘
//! ```
//! The reference computes in 32, 64 or more bits, whichever fits, and compares a little differently in each:
//! that is visible in the result and therefore kept ([`Width`]).

use std::fmt::{self, Write};

use num_bigint::BigUint;

/// Prints as `Double.toString`.
pub fn write_double(out: &mut impl Write, value: f64) -> fmt::Result {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    write_number(out, value.is_sign_negative(), exponent == 0x7ff, Binary::new(exponent, fraction, 1023, 52))
}

/// Prints as `Float.toString`.
pub fn write_float(out: &mut impl Write, value: f32) -> fmt::Result {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 23 & 0xff) as i32, u64::from(bits & ((1 << 23) - 1)));
    write_number(out, value.is_sign_negative(), exponent == 0xff, Binary::new(exponent, fraction, 127, 23))
}

/// [`write_double`] as a string.
pub fn double_to_string(value: f64) -> String {
    let mut text = String::with_capacity(24);
    // Writing to a string cannot fail.
    let _ = write_double(&mut text, value);
    text
}

/// [`write_float`] as a string.
pub fn float_to_string(value: f32) -> String {
    let mut text = String::with_capacity(16);
    // Writing to a string cannot fail.
    let _ = write_float(&mut text, value);
    text
}

fn write_number(out: &mut impl Write, negative: bool, special: bool, number: Binary) -> fmt::Result {
    if special && number.significant_bits_set() {
        return out.write_str("NaN");
    }
    if negative {
        out.write_char('-')?;
    }
    match (special, number.fraction) {
        (true, _) => out.write_str("Infinity"),
        (false, 0) => out.write_str("0.0"),
        _ => number.digits().write(out),
    }
}

/// `fraction · 2^(exponent - 52)`, with the highest bit of the fraction at position 52.
struct Binary {
    exponent: i32,
    fraction: u64,
    /// How many bits of the fraction the type can tell apart: 53 or 24, fewer for subnormal numbers.
    significant_bits: i32,
}

/// As many digits as the reference has: its estimates must be ours.
#[expect(clippy::approx_constant)]
const LOG10_OF_2: f64 = 0.301029995663981;

/// 5^0 to 5^26: all that fit in 63 bits.
const POW5: [i64; 27] = {
    let mut powers = [1; 27];
    let mut at = 1;
    while at < 27 {
        powers[at] = powers[at - 1] * 5;
        at += 1;
    }
    powers
};

/// Bits of 5^n as the reference counts them: exactly up to 26, with none for 1; then roughly.
fn pow5_bits(n: i32) -> i32 {
    match n {
        0 => 0,
        1..=26 => 64 - POW5[n as usize].leading_zeros() as i32,
        _ => n * 3,
    }
}

impl Binary {
    fn new(biased: i32, fraction: u64, bias: i32, fraction_bits: i32) -> Self {
        let (exponent, fraction, significant_bits) = match biased {
            0 if fraction == 0 => (0, 0, 0),
            0 => {
                let shift = fraction.leading_zeros() as i32 - (63 - fraction_bits);
                (1 - shift, fraction << shift, fraction_bits + 1 - shift)
            }
            _ => (biased, fraction | 1 << fraction_bits, fraction_bits + 1),
        };
        Self { exponent: exponent - bias, fraction: fraction << (52 - fraction_bits), significant_bits }
    }

    /// Of a number with the highest exponent: it is NaN.
    fn significant_bits_set(&self) -> bool {
        self.fraction & ((1 << 52) - 1) != 0
    }

    fn digits(&self) -> Digits {
        let tail_zeros = self.fraction.trailing_zeros() as i32;
        let fraction_bits = 53 - tail_zeros;
        let below_one = (fraction_bits - self.exponent - 1).max(0);
        if (-21..=62).contains(&self.exponent) && below_one == 0 && fraction_bits < 64 {
            return self.whole_digits();
        }
        Division::new(self, fraction_bits, below_one).digits()
    }

    /// The digits of a whole number below 2^63, without those that the type cannot tell apart.
    fn whole_digits(&self) -> Digits {
        let shift = self.exponent - 52;
        let mut whole = if shift >= 0 { self.fraction << shift } else { self.fraction >> -shift };
        let insignificant = insignificant_digits(self.exponent - self.significant_bits - 1);
        if insignificant > 0 {
            let power = 10u64.pow(insignificant);
            whole = whole / power + u64::from(whole % power >= power / 2);
        }
        let mut digits = Digits::default();
        digits.push_whole(whole);
        digits.point += insignificant as i32;
        digits
    }

    /// An estimate of `floor(log10(number))`, at most one too high.
    fn decimal_exponent(&self) -> i32 {
        let mantissa = f64::from_bits(1023 << 52 | self.fraction & ((1 << 52) - 1));
        let log = (mantissa - 1.5) * 0.289529654 + 0.176091259 + f64::from(self.exponent) * LOG10_OF_2;
        log.floor() as i32
    }
}

/// `floor(log10(2^bits))`, 0 for fewer than two bits.
fn insignificant_digits(bits: i32) -> u32 {
    if (2..64).contains(&bits) { (bits as u32 * 1233) >> 12 } else { 0 }
}

/// In which width the reference would compute; it decides about overflow and about a rest of exactly half an ulp.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Int,
    Long,
    Big,
}

/// `b/s` with `b = fraction · 5^b5 · 2^b2` and so on; `m` is half an ulp.
struct Division {
    exponent: i32,
    fraction: u64,
    b2: i32,
    b5: i32,
    s2: i32,
    s5: i32,
    m2: i32,
    width: Width,
    /// Bits of the largest intermediate result.
    bits: i32,
}

impl Division {
    fn new(number: &Binary, fraction_bits: i32, below_one: i32) -> Self {
        let exponent = number.decimal_exponent();
        let (b5, s5) = ((-exponent).max(0), exponent.max(0));
        let mut b2 = b5 + below_one + number.exponent;
        let mut s2 = s5 + below_one;
        let mut m2 = b2 - number.significant_bits;
        b2 -= fraction_bits - 1;
        let common = b2.min(s2);
        (b2, s2, m2) = (b2 - common, s2 - common, m2 - common);
        if fraction_bits == 1 {
            // Below a power of two the numbers are twice as dense.
            m2 -= 1;
        }
        if m2 < 0 {
            (b2, s2, m2) = (b2 - m2, s2 - m2, 0);
        }
        let b_bits = fraction_bits + b2 + pow5_bits(b5);
        let ten_s_bits = s2 + 1 + pow5_bits(s5 + 1);
        let bits = b_bits.max(ten_s_bits);
        let width = match bits {
            ..32 => Width::Int,
            32..64 => Width::Long,
            _ => Width::Big,
        };
        let fraction = number.fraction >> number.fraction.trailing_zeros();
        Self { exponent, fraction, b2, b5, s2, s5, m2, width, bits }
    }

    fn digits(&self) -> Digits {
        match self.width {
            Width::Int => self.native_digits(|v| i64::from(v as i32)),
            Width::Long => self.native_digits(|v| v),
            // m can be ten times 10·s, and b + m is compared: 8 bits to spare; estimates of 5^n are too high.
            Width::Big if self.bits < 120 && self.b5.max(self.s5) < 26 => self.wide_digits(),
            Width::Big => self.big_digits(),
        }
    }

    /// Java's `int` and `long`: `wrap` cuts to the width, overflow is part of the algorithm.
    fn native_digits(&self, wrap: fn(i64) -> i64) -> Digits {
        let pow5 = |n: i32| POW5[n as usize];
        let mut b = wrap((self.fraction as i64).wrapping_mul(pow5(self.b5)).wrapping_shl(self.b2 as u32));
        let s = wrap(pow5(self.s5).wrapping_shl(self.s2 as u32));
        let mut m = wrap(pow5(self.b5).wrapping_shl(self.m2 as u32));
        let tens = wrap(s.wrapping_mul(10));
        let mut run = Run::new(self.exponent);
        loop {
            let quotient = b / s;
            b = wrap(10 * (b % s));
            m = wrap(m.wrapping_mul(10));
            let (low, high) =
                if m > 0 || run.is_first() { (b < m, wrap(b.wrapping_add(m)) > tens) } else { (true, true) };
            if run.push(quotient as u8, low, high) {
                return run.finish(|| wrap(b.wrapping_mul(2).wrapping_sub(tens)).cmp(&0));
            }
        }
    }

    /// As [`big_digits`](Self::big_digits), where 128 bits are enough.
    fn wide_digits(&self) -> Digits {
        let pow5 = |n: i32| POW5[n as usize] as u128;
        let mut b = (u128::from(self.fraction) * pow5(self.b5)) << self.b2;
        let s = pow5(self.s5) << self.s2;
        let mut m = pow5(self.b5) << self.m2;
        let tens = s * 10;
        let mut run = Run::new(self.exponent);
        loop {
            let quotient = b / s;
            b = 10 * (b % s);
            m *= 10;
            if run.push(quotient as u8, b < m, b + m >= tens) {
                return run.finish(|| (b * 2).cmp(&tens));
            }
        }
    }

    fn big_digits(&self) -> Digits {
        let pow = |five: i32, two: i32| BigUint::from(5u8).pow(five as u32) << two as u32;
        let mut b = BigUint::from(self.fraction) * pow(self.b5, self.b2);
        let s = pow(self.s5, self.s2);
        let mut m = pow(self.b5, self.m2);
        let tens = &s * 10u8;
        let mut run = Run::new(self.exponent);
        loop {
            // At most nine subtractions in place are cheaper than a division.
            let mut quotient = 0u8;
            while b >= s {
                b -= &s;
                quotient += 1;
            }
            b *= 10u8;
            m *= 10u8;
            if run.push(quotient, b < m, &b + &m >= tens) {
                return run.finish(|| (&b * 2u8).cmp(&tens));
            }
        }
    }
}

/// The digits so far and whether to stop: `low` says that the digits as they stand will do, `high` that they will
/// do after rounding up.
struct Run {
    exponent: i32,
    digits: Digits,
    first: bool,
    low: bool,
    high: bool,
}

impl Run {
    fn new(exponent: i32) -> Self {
        Self { exponent, digits: Digits::default(), first: true, low: false, high: false }
    }

    fn is_first(&self) -> bool {
        self.first
    }

    /// Adds a digit; true if it was the last.
    fn push(&mut self, digit: u8, low: bool, high: bool) -> bool {
        (self.low, self.high) = (low, high);
        if !self.first {
            self.digits.push(digit);
            return low || high;
        }
        self.first = false;
        if digit == 0 && !high {
            // The estimate of the exponent was one too high.
            self.exponent -= 1;
        } else {
            self.digits.push(digit);
        }
        // E notation has two digits at least.
        if self.exponent < -3 || self.exponent >= 8 {
            (self.low, self.high) = (false, false);
        }
        self.low || self.high
    }

    /// Rounds the last digit: `rest` compares the rest with a half, asked only where both directions would do.
    fn finish(mut self, rest: impl FnOnce() -> std::cmp::Ordering) -> Digits {
        self.digits.point = self.exponent + 1;
        let up = match (self.high, self.low) {
            (false, _) => false,
            (true, false) => true,
            (true, true) => match rest() {
                std::cmp::Ordering::Equal => self.digits.last_is_odd(),
                rest => rest.is_gt(),
            },
        };
        if up {
            self.digits.round_up();
        }
        self.digits
    }
}

/// Decimal digits, and how many of them stand before the point.
#[derive(Default)]
struct Digits {
    digits: [u8; 24],
    len: usize,
    point: i32,
}

impl Digits {
    /// Beyond the 17 digits that a double needs nothing is produced; surplus digits would be dropped.
    fn push(&mut self, digit: u8) {
        if let Some(slot) = self.digits.get_mut(self.len) {
            *slot = b'0' + digit;
            self.len += 1;
        }
    }

    /// A whole number greater than zero, its trailing zeros left out.
    fn push_whole(&mut self, mut whole: u64) {
        while whole.is_multiple_of(10) {
            whole /= 10;
            self.point += 1;
        }
        let mut reversed = [0; 20];
        let mut len = 0;
        while whole > 0 {
            reversed[len] = (whole % 10) as u8;
            whole /= 10;
            len += 1;
        }
        reversed[..len].iter().rev().for_each(|&digit| self.push(digit));
        self.point += len as i32;
    }

    fn last_is_odd(&self) -> bool {
        self.len > 0 && self.digits[self.len - 1] % 2 == 1
    }

    fn round_up(&mut self) {
        for at in (0..self.len).rev() {
            if self.digits[at] != b'9' {
                self.digits[at] += 1;
                return;
            }
            self.digits[at] = b'0';
        }
        self.digits[0] = b'1';
        self.point += 1;
    }

    fn write(&self, out: &mut impl Write) -> fmt::Result {
        let text = std::str::from_utf8(&self.digits[..self.len]).map_err(|_| fmt::Error)?;
        match self.point {
            1..=7 => {
                let whole = self.point as usize;
                match text.split_at_checked(whole) {
                    Some((whole, "")) => write!(out, "{whole}.0"),
                    Some((whole, rest)) => write!(out, "{whole}.{rest}"),
                    None => write!(out, "{text:0<whole$}.0"),
                }
            }
            -2..=0 => {
                out.write_str("0.")?;
                out.write_str(&"00"[..-self.point as usize])?;
                out.write_str(text)
            }
            _ => {
                let (first, rest) = text.split_at(1);
                write!(out, "{first}.{}E{}", if rest.is_empty() { "0" } else { rest }, self.point - 1)
            }
        }
    }
}
