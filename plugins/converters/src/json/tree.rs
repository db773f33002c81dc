//! Builds something from a JSON text, without recursion: how deep a text nests is up to its author.
//! ```text
//! bytes ─▶ encoding::to_utf8 ─▶ Scanner ─▶ build ─┬─▶ Value   (schemaless data)
//!                                                 ├─▶ Node    (schemas, and payloads that need the exact rules)
//!                                                 └─▶ ()      (only checked)
//! ```

use std::sync::Arc;

use bytestring::ByteString;
use connect_api::{Map, Value};
use indexmap::IndexMap;

use super::fault::Fault;
use super::number::Number;
use super::scan::{Scalar, Scanner};

/// What is built.
pub(super) trait Build<'a>: Sized {
    type Members: Default;

    fn scalar(scalar: Scalar<'a>) -> Self;
    fn array(items: Vec<Self>) -> Self;
    /// The later one of two members of the same name stays.
    fn put(object: &mut Self::Members, name: ByteString, member: Self);
    fn object(object: Self::Members) -> Self;
}

enum Open<T, O> {
    Array(Vec<T>),
    /// The members so far, and the name of the one to come.
    Object(O, ByteString),
}

/// Builds the next value of the text; what stands behind it is not looked at.
/// `depth` says how many containers are around it.
pub(super) fn build<'a, T: Build<'a>>(scanner: &mut Scanner<'a>, depth: usize) -> Result<T, Fault> {
    let mut open: Vec<Open<T, T::Members>> = Vec::new();
    loop {
        let mut value = match scanner.peek() {
            Some(b'[') => {
                scanner.open(depth + open.len())?;
                if !scanner.eat(b']') {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                T::array(Vec::new())
            }
            Some(b'{') => {
                scanner.open(depth + open.len())?;
                if !scanner.eat(b'}') {
                    open.push(Open::Object(T::Members::default(), scanner.name()?));
                    continue;
                }
                T::object(T::Members::default())
            }
            _ => T::scalar(scanner.scalar(depth + open.len() == 0)?),
        };
        // Put it where it belongs, and so on with every container that ends here.
        loop {
            let another = match open.last_mut() {
                None => return Ok(value),
                Some(Open::Array(items)) => {
                    items.push(value);
                    scanner.another(b']')?
                }
                Some(Open::Object(object, name)) => {
                    T::put(object, std::mem::take(name), value);
                    let another = scanner.another(b'}')?;
                    if another {
                        *name = scanner.name()?;
                    }
                    another
                }
            };
            if another {
                break;
            }
            value = match open.pop().expect("looked at just above") {
                Open::Array(items) => T::array(items),
                Open::Object(object, _) => T::object(object),
            };
        }
    }
}

/// A JSON value as it was written.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// There was no text at all.
    Missing,
    Null,
    Boolean(bool),
    Number(Number<'a>),
    String(ByteString),
    Array(Vec<Node<'a>>),
    Object(IndexMap<ByteString, Node<'a>>),
}

impl Node<'_> {
    /// The reference's name for the kind of node.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Null => "NULL",
            Self::Boolean(_) => "BOOLEAN",
            Self::Number(_) => "NUMBER",
            Self::String(_) => "STRING",
            Self::Array(_) => "ARRAY",
            Self::Object(_) => "OBJECT",
        }
    }

    /// The member of this name; none if this is no object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    pub(super) fn as_text(&self) -> Option<&ByteString> {
        if let Self::String(text) = self { Some(text) } else { None }
    }
}

impl<'a> From<Scalar<'a>> for Node<'a> {
    fn from(scalar: Scalar<'a>) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Boolean(value) => Self::Boolean(value),
            Scalar::Number(number) => Self::Number(number),
            Scalar::String(text) => Self::String(text),
        }
    }
}

impl<'a> Build<'a> for Node<'a> {
    type Members = IndexMap<ByteString, Node<'a>>;

    fn scalar(scalar: Scalar<'a>) -> Self {
        scalar.into()
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn put(object: &mut Self::Members, name: ByteString, member: Self) {
        object.insert(name, member);
    }

    fn object(object: Self::Members) -> Self {
        Self::Object(object)
    }
}

/// Schemaless data: whole numbers are 64 bits wide and wrap, all others are doubles.
impl<'a> Build<'a> for Value {
    type Members = Map;

    fn scalar(scalar: Scalar<'a>) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Boolean(value) => Self::Boolean(value),
            Scalar::Number(number) if number.is_integral() => Self::Int64(number.low_bits()),
            Scalar::Number(number) => Self::Float64(number.to_f64()),
            Scalar::String(text) => Self::String(text),
        }
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(items))
    }

    fn put(object: &mut Map, name: ByteString, member: Self) {
        object.insert(Self::String(name), member);
    }

    fn object(object: Map) -> Self {
        Self::Map(Arc::new(object))
    }
}

/// Only whether the text can be read.
impl<'a> Build<'a> for () {
    type Members = ();

    fn scalar(_: Scalar<'a>) {}
    fn array(_: Vec<()>) {}
    fn put(_: &mut (), _: ByteString, (): ()) {}
    fn object((): ()) {}
}
