//! Values as text, and values of one type as another: what headers and some transformations go through.
//! ```text
//! text ─▶ parse: Tokens ─▶ numbers, temporals, arrays, maps, else the text itself ─▶ schema and value
//! value ─▶ convert: convert_to_boolean … convert_to_timestamp ─▶ value of that type
//! value ─▶ print: convert_to_string ─▶ text that parse reads back
//! value ─▶ infer: the schema that fits it
//! ```
//! Start at [`parse_string`]. The leniency is the reference's, down to the oddities: headers written for it must
//! come out the same. Source: Apache Kafka, `Values`.

mod convert;
mod infer;
mod merge;
mod number;
mod parse;
mod print;
mod temporal;
mod token;

#[cfg(test)]
mod tests;

pub use convert::{
    convert_to_boolean, convert_to_byte, convert_to_date, convert_to_decimal, convert_to_double, convert_to_float,
    convert_to_integer, convert_to_list, convert_to_long, convert_to_map, convert_to_short, convert_to_struct,
    convert_to_time, convert_to_timestamp,
};
pub use infer::infer_schema;
pub use parse::parse_string;
pub use print::{convert_to_string, date_pattern, write_date_time};
