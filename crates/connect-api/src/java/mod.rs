//! How Java prints and orders things, where users can see it.
//! ```text
//! numbers   number  f32, f64 ─▶ `Float.toString`, `Double.toString` (JDK 17's digits, not always the shortest)
//! dates     date    milliseconds ─▶ `Date.toString`;  calendar: days ◀─▶ year, month, day (Julian before 1582-10-15)
//! clock     clock   `System.currentTimeMillis`, and a time's ISO text
//! text      text    `String.hashCode`, `String.trim`;  utf8: `new String(bytes, UTF_8)`
//! maps      order   the iteration order of a `HashMap` with string keys
//! ```
//! The calendar and `Character.digit` are the ones of `java_text`. `BigDecimal` is [`Decimal`](crate::Decimal); `String.valueOf(value)` is the `Display` of [`Value`](crate::Value).

mod clock;
mod date;
mod number;
mod order;
mod text;
mod utf8;

pub use java_text::{calendar, digit};

pub use clock::{current_time_millis, date_time, epoch_millis};
pub use date::{date_to_string, write_date};
pub use number::{double_to_string, float_to_string, write_double, write_float};
pub use order::{hash_map_order, hash_map_order_from};
pub use text::{byte_hash_code, hash_code, trim};
pub use utf8::decode_utf8;

#[cfg(test)]
mod tests;
