//! `log4j2.xml`, and `log4j.xml` of the first generation.

use roxmltree::{Document, ParsingOptions};

use super::node::{DEPTH_MAX, Node, ParseError};

/// How many elements, attributes and texts there may be.
const NODES_MAX: u32 = 100_000;

pub(super) fn parse(text: &str) -> Result<Node, ParseError> {
    // Files of the first generation name a DTD; it is not fetched.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| at(&error))?;
    node(document.root_element(), 0)
}

fn node(element: roxmltree::Node<'_, '_>, depth: usize) -> Result<Node, ParseError> {
    if depth == DEPTH_MAX {
        return Err(ParseError::Depth);
    }
    let mut read = Node::named(element.tag_name().name());
    read.attributes = element.attributes().map(|given| (given.name().to_owned(), given.value().to_owned())).collect();
    // <Property name="level">INFO</Property>
    if let Some(text) = element.text().map(str::trim).filter(|text| !text.is_empty()) {
        read.attributes.push(("value".to_owned(), text.to_owned()));
    }
    let children = element.children().filter(roxmltree::Node::is_element);
    read.children = children.map(|child| node(child, depth + 1)).collect::<Result<_, _>>()?;
    Ok(read)
}

/// Where it is wrong, not what stands there.
fn at(error: &roxmltree::Error) -> ParseError {
    let place = error.pos();
    let what = "this is not well-formed XML".to_owned();
    ParseError::At { line: place.row as usize, column: place.col as usize, what }
}
